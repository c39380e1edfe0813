-- A database login for the Grafana of one tenant's operators: it reads that tenant's rows and no others, whatever SQL is
-- typed into a panel or sent to Grafana's query API. Run as the owner of the tables, after the reorder-service has
-- migrated the database; run it again for another tenant, or after a new version.
--
--   psql "$DATABASE_URL" -v tenant=demo -v password="'…'" -f grafana/postgres/tenant-reader.sql
--
-- The tenant is bound to the login's name (grafana_<tenant>), not to a setting: a setting could be changed by a query.
-- Passwords, tokens and the messages to suppliers are not readable. InfluxDB cannot separate tenants inside one bucket:
-- give such a Grafana this data source only, or a bucket of its own.

\set ON_ERROR_STOP on
\set role grafana_ :tenant

select format('create role %I login', :'role')
where not exists (select from pg_roles where rolname = :'role') \gexec
select format('alter role %I login password %L', :'role', :password) \gexec
select format('alter role %I set default_transaction_read_only = on', :'role') \gexec
select format('alter role %I set statement_timeout = %L', :'role', '30s') \gexec
select format('grant usage on schema public to %I', :'role') \gexec

select format('grant select on %I to %I', name, :'role')
from unnest(array['tenant', 'site', 'storage_location', 'item', 'supplier_item', 'bin', 'bin_sensor', 'policy',
  'stock_level', 'sensor_state', 'stock_movement', 'counting_task', 'item_location', 'episode', 'purchase_order',
  'purchase_order_line', 'order_event', 'order_receipt', 'order_receipt_line', 'stock_lot', 'budget', 'alert']) as name \gexec
select format('grant select (tenant_id, supplier_id, name, truck) on supplier to %I', :'role') \gexec
select format('grant select (tenant_id, site_id, device_id, reason, parked_at_ms) on parked_reading to %I', :'role') \gexec
select format('grant select (tenant_id, site_id, order_id, channel, recipient, attempts, created_at_ms, next_attempt_at_ms,
  sent_at_ms, given_up_at_ms, last_error) on message_outbox to %I', :'role') \gexec

select format('drop policy if exists %I on %I', :'role', tablename)
from pg_tables where schemaname = 'public' and rowsecurity \gexec
select format('create policy %I on %I for select to %I using (tenant_id = %L)', :'role', tablename, :'role', :'tenant')
from pg_tables where schemaname = 'public' and rowsecurity \gexec
