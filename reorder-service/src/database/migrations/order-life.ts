import type { Migration } from 'kysely/migration';

import { runStatements, tenantOnly } from './statements.ts';
import { appendOnly } from './stock.ts';

/** What orders need for their whole life: edits, cancellation, escalation, receipts and returns. */
export const orderLife: Migration = {
  up: (db) =>
    runStatements(db, [
      `alter table supplier
         add column channel text not null default 'http-json' check (channel in ('http-json', 'ubl')),
         add column acknowledge_within_ms bigint default 86400000 check (acknowledge_within_ms > 0),
         add column price_tolerance double precision not null default 0.02 check (price_tolerance >= 0),
         add column confirm_receipts boolean not null default false`,
      `comment on column supplier.acknowledge_within_ms is 'null: this supplier never acknowledges'`,
      `alter table purchase_order
         add column requested_delivery_at_ms bigint,
         add column note text,
         add column changed_by text,
         add column cancellation_requested_at_ms bigint,
         add column cancellation_by text,
         add column cancellation_need jsonb,
         add column escalation_level int not null default 0`,
      `comment on column purchase_order.changed_by is 'who edited it last: never the only one to approve it under a rule'`,
      // An order for a whole truck serves several needs: the episode belongs to the line.
      `alter table purchase_order_line
         add column episode_id uuid references episode,
         add column proposed_quantity bigint not null default 0 check (proposed_quantity >= 0),
         add column awaiting_put_away_quantity bigint not null default 0 check (awaiting_put_away_quantity >= 0),
         add column backorder_promised_at_ms bigint,
         add column received_at_ms bigint,
         add column confirmed_unit_price_cents double precision,
         add column substitute_part_number text,
         add column exact_unit_price_cents double precision`,
      // Parts of a cent. A replica of the version before knows only the rounded column, and goes on writing that.
      `create function keep_unit_price() returns trigger language plpgsql as
         $$ begin
           new.exact_unit_price_cents := coalesce(new.exact_unit_price_cents, new.unit_price_cents);
           return new;
         end $$`,
      `create trigger keep_unit_price before insert or update on purchase_order_line
         for each row execute function keep_unit_price()`,
      `update purchase_order_line l set episode_id = o.episode_id
         from purchase_order o where o.order_id = l.order_id`,
      `create index purchase_order_line_by_episode on purchase_order_line (episode_id)`,
      `create index purchase_order_by_supplier on purchase_order (tenant_id, supplier_id, created_at_ms)`,
      `alter table message_outbox add column kind text not null default 'order'`,
      `create table order_receipt (
         receipt_id uuid primary key,
         order_id uuid not null references purchase_order,
         tenant_id text not null,
         site_id text not null,
         status text not null check (status in ('ANNOUNCED', 'PROPOSED', 'CONFIRMED', 'DISMISSED')),
         source text not null check (source in ('asn', 'scale', 'person', 'scan')),
         reference text,
         sscc text,
         created_at_ms bigint not null,
         decided_at_ms bigint,
         decided_by text,
         note text)`,
      `create index order_receipt_by_order on order_receipt (order_id)`,
      `create index order_receipt_waiting on order_receipt (tenant_id, site_id, sscc)
         where status in ('ANNOUNCED', 'PROPOSED')`,
      `create table order_receipt_line (
         receipt_id uuid not null references order_receipt,
         position int not null,
         tenant_id text not null,
         line_number int not null,
         quantity bigint not null check (quantity >= 0),
         condition text not null default 'good' check (condition in ('good', 'damaged', 'wrong-item')),
         lot text,
         expires_on text,
         note text,
         primary key (receipt_id, position))`,
      `create table supplier_return (
         return_id uuid primary key,
         order_id uuid not null references purchase_order,
         tenant_id text not null,
         site_id text not null,
         supplier_id text not null,
         line_number int not null,
         bin_id text not null,
         item_id text not null,
         quantity bigint not null check (quantity > 0),
         lot text,
         reason text not null,
         credit_expected_cents bigint,
         credited_cents bigint,
         credit_reference text,
         created_at_ms bigint not null,
         created_by text not null,
         credited_at_ms bigint)`,
      `create index supplier_return_newest on supplier_return (tenant_id, created_at_ms desc, return_id)`,
      `create table audit_event (
         audit_event_id bigint generated always as identity primary key,
         tenant_id text not null,
         at_ms bigint not null,
         actor text not null,
         what text not null,
         subject_id text not null,
         details jsonb not null)`,
      `create index audit_event_newest on audit_event (tenant_id, at_ms desc, audit_event_id desc)`,
      ...appendOnly('audit_event'),
      ...['order_receipt', 'order_receipt_line', 'supplier_return', 'audit_event'].flatMap(tenantOnly),
      `revoke update, delete on audit_event from shelfwire_tenant`,
    ]),
};
