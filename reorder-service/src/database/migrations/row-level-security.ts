import type { Migration } from 'kysely/migration';

import { runStatements } from './statements.ts';

/** Every table has a tenant_id; none is left out (a test compares with the catalog). */
const TABLES = [
  'tenant',
  'site',
  'storage_location',
  'supplier',
  'item',
  'supplier_item',
  'bin',
  'bin_sensor',
  'policy',
  'app_user',
  'site_ledger',
  'applied_run',
  'stock_level',
  'sensor_state',
  'stock_checkpoint',
  'stock_movement',
  'parked_reading',
  'counting_task',
  'item_location',
  'episode',
  'purchase_order',
  'purchase_order_line',
  'order_event',
  'order_proof',
  'message_outbox',
  'supplier_message',
  'approval_rule',
  'order_approval',
];

/**
 * Tenancy inside the database (design D12). Requests run as the role `shelfwire_tenant`, which sees only the rows of
 * the tenant named by the setting `shelfwire.tenant`; the owner, which the jobs over all tenants use, sees everything.
 * Roles belong to the whole cluster: where another database made it already, or where we may not make roles and an
 * administrator has, it is used as it is.
 */
export const rowLevelSecurity: Migration = {
  up: (db) =>
    runStatements(db, [
      `do $$ begin
         if not exists (select from pg_roles where rolname = 'shelfwire_tenant') then
           create role shelfwire_tenant nologin;
         end if;
         if not pg_has_role(current_user, 'shelfwire_tenant', 'member') then
           execute format('grant shelfwire_tenant to %I', current_user);
         end if;
       exception
         when duplicate_object or unique_violation then null;
       end $$`,
      `grant usage on schema public to shelfwire_tenant`,
      ...TABLES.flatMap((table) => [
        `alter table ${table} enable row level security`,
        `create policy tenant_only on ${table} to shelfwire_tenant
           using (tenant_id = current_setting('shelfwire.tenant', true))
           with check (tenant_id = current_setting('shelfwire.tenant', true))`,
        `grant select, insert, update, delete on ${table} to shelfwire_tenant`,
      ]),
      `grant usage on all sequences in schema public to shelfwire_tenant`,
      `revoke update, delete on stock_movement, order_event, order_proof from shelfwire_tenant`,
    ]),
};
