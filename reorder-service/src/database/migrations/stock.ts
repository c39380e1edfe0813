import type { Migration } from 'kysely/migration';

import { runStatements } from './statements.ts';

/**
 * The ledger. `applied_run` remembers every reading that was applied, many to a row; `stock_movement` is append-only;
 * `stock_checkpoint` and `stock_level` are projections of the two and may be rebuilt (see ../../stock/README.md).
 */
export const stock: Migration = {
  up: (db) =>
    runStatements(db, [
      // Its row is the lock of a site's ledger; the versions tell a replica whether its memory is still true.
      `create table site_ledger (
         tenant_id text not null,
         site_id text not null,
         version bigint not null default 0,
         flushed_version bigint not null default 0,
         catalogue_version bigint not null default 0,
         primary key (tenant_id, site_id),
         foreign key (tenant_id, site_id) references site)`,
      // One row for the part of a batch that was new. The arrays hold its observations, one place each.
      `create table applied_run (
         tenant_id text not null,
         site_id text not null,
         gateway_id text not null,
         outbox_id text not null,
         first_sequence bigint not null,
         last_sequence bigint not null,
         ledger_version bigint not null,
         to_ms bigint not null,
         applied_at_ms bigint not null,
         bin_ids text[] not null,
         series text[] not null,
         at_ms bigint[] not null,
         sequences bigint[] not null,
         quantities double precision[] not null,
         uncertainties double precision[] not null,
         calibrations int[] not null,
         primary key (tenant_id, outbox_id, gateway_id, last_sequence),
         check (first_sequence <= last_sequence))`,
      `create index applied_run_by_version on applied_run (tenant_id, site_id, ledger_version)`,
      `create index applied_run_by_time on applied_run (tenant_id, site_id, to_ms)`,
      `create table stock_level (
         tenant_id text not null,
         site_id text not null,
         bin_id text not null,
         item_id text not null,
         on_hand bigint not null,
         uncertainty double precision not null,
         state jsonb not null,
         status text not null,
         observed_at_ms bigint not null,
         event_sequence bigint not null default 0,
         ledger_version bigint not null,
         primary key (tenant_id, site_id, bin_id),
         foreign key (tenant_id, site_id, bin_id) references bin)`,
      `create table sensor_state (
         tenant_id text not null,
         site_id text not null,
         bin_id text not null,
         last_reading_at_ms bigint not null,
         quality text not null,
         quality_since_ms bigint not null,
         primary key (tenant_id, site_id, bin_id),
         foreign key (tenant_id, site_id, bin_id) references bin)`,
      // The observations that changed the level, in the order of (at_ms, gateway_id, outbox_id, sequence).
      `create table stock_checkpoint (
         tenant_id text not null,
         site_id text not null,
         bin_id text not null,
         at_ms bigint not null,
         gateway_id text not null,
         outbox_id text not null,
         sequence bigint not null,
         on_hand bigint not null,
         uncertainty double precision not null,
         state jsonb not null,
         kind text not null,
         primary key (tenant_id, site_id, bin_id, at_ms, gateway_id, outbox_id, sequence))`,
      `create table stock_movement (
         movement_id bigint generated always as identity primary key,
         tenant_id text not null,
         site_id text not null,
         bin_id text not null,
         item_id text not null,
         kind text not null
           check (kind in ('CONSUMPTION', 'RECEIPT', 'ADJUSTMENT', 'TRANSFER', 'RETURN', 'UNEXPLAINED')),
         change bigint not null check (change <> 0),
         on_hand_after bigint not null,
         at_ms bigint not null,
         recorded_at_ms bigint not null,
         gateway_id text not null,
         outbox_id text not null,
         sequence bigint not null,
         revision int not null,
         evidence jsonb not null)`,
      // A reading moves stock once. A late reading that shows an earlier one in another light adds a revision.
      `create unique index stock_movement_identity
         on stock_movement (tenant_id, outbox_id, gateway_id, sequence, bin_id, revision)`,
      `create index stock_movement_by_bin on stock_movement (tenant_id, site_id, bin_id, at_ms, movement_id)`,
      `create table parked_reading (
         parked_id bigint generated always as identity primary key,
         tenant_id text not null,
         site_id text not null,
         gateway_id text not null,
         outbox_id text not null,
         sequence bigint not null,
         device_id text,
         reason text not null,
         reading jsonb not null,
         parked_at_ms bigint not null,
         unique (tenant_id, outbox_id, gateway_id, sequence))`,
      `create table counting_task (
         task_id uuid primary key default gen_random_uuid(),
         tenant_id text not null,
         site_id text not null,
         bin_id text not null,
         reason text not null,
         opened_at_ms bigint not null,
         closed_at_ms bigint,
         closed_by text,
         counted_quantity bigint,
         foreign key (tenant_id, site_id, bin_id) references bin)`,
      `create unique index counting_task_one_open on counting_task (tenant_id, site_id, bin_id) where closed_at_ms is null`,
      ...['stock_movement'].flatMap(appendOnly),
    ]),
};

/** Refuses every change of what has been written, whoever asks. */
export function appendOnly(table: string): string[] {
  return [
    `create or replace function refuse_change() returns trigger language plpgsql as
       $$ begin raise exception '% is append-only', tg_table_name; end $$`,
    `create trigger append_only before update or delete on ${table} for each row execute function refuse_change()`,
  ];
}
