import type { Migration } from 'kysely/migration';

import { runStatements, tenantOnly } from './statements.ts';

/** Several sensors of a bin, several bins of a stock, and what people say about stock: reservations, moves, lots. */
export const stockKeeping: Migration = {
  up: (db) =>
    runStatements(db, [
      `alter table bin add column fusion text not null default 'sum' check (fusion in ('sum', 'prefer'))`,
      `alter table bin add column disagree_after_ms bigint not null default 60000`,
      // The bin whose policy decides about this one too. Never one that has itself a primary bin.
      `alter table bin add column primary_bin_id text`,
      `alter table bin add foreign key (tenant_id, site_id, primary_bin_id) references bin`,
      `create index bin_by_primary on bin (tenant_id, site_id, primary_bin_id) where primary_bin_id is not null`,
      // 0 is believed before 1; only where the bin's fusion is 'prefer'.
      `alter table bin_sensor add column rank int not null default 0`,
      `alter table stock_level add column disagreeing_since_ms bigint`,
      // Of bins with several sensors only; sensor_state has what follows for the bin.
      `create table each_sensor_state (
         tenant_id text not null,
         site_id text not null,
         bin_id text not null,
         sensor text not null,
         last_reading_at_ms bigint not null,
         quality text not null,
         primary key (tenant_id, site_id, bin_id, sensor),
         foreign key (tenant_id, site_id, bin_id) references bin)`,
      `create table reservation (
         reservation_id uuid primary key default gen_random_uuid(),
         tenant_id text not null,
         site_id text not null,
         bin_id text not null,
         item_id text not null,
         reference text not null,
         quantity bigint not null check (quantity > 0),
         fulfilled_quantity bigint not null default 0 check (fulfilled_quantity >= 0),
         needed_at_ms bigint,
         expires_at_ms bigint,
         status text not null default 'OPEN' check (status in ('OPEN', 'FULFILLED', 'RELEASED', 'EXPIRED')),
         created_at_ms bigint not null,
         created_by text not null,
         closed_at_ms bigint,
         closed_by text,
         foreign key (tenant_id, site_id, bin_id) references bin)`,
      // An ERP that repeats itself reserves once.
      `create unique index reservation_one_open on reservation (tenant_id, site_id, bin_id, item_id, reference)
         where status = 'OPEN'`,
      `create index reservation_by_bin on reservation (tenant_id, site_id, bin_id) where status = 'OPEN'`,
      // A side of an announced transfer or return; two sides with one move_id are a transfer. Signed: below 0 leaves.
      `create table announced_move (
         move_id uuid not null,
         tenant_id text not null,
         site_id text not null,
         bin_id text not null,
         item_id text not null,
         kind text not null check (kind in ('TRANSFER', 'RETURN')),
         quantity bigint not null check (quantity <> 0),
         moved bigint not null default 0,
         sensed boolean not null,
         at_ms bigint not null,
         by text not null,
         note text,
         closed_at_ms bigint,
         primary key (tenant_id, move_id, bin_id, site_id),
         foreign key (tenant_id, site_id, bin_id) references bin)`,
      `create index announced_move_open on announced_move (tenant_id, site_id, bin_id) where closed_at_ms is null`,
      `create index announced_move_by_time on announced_move (tenant_id, at_ms)`,
      `create table stock_lot (
         lot_id uuid primary key default gen_random_uuid(),
         tenant_id text not null,
         site_id text not null,
         bin_id text not null,
         item_id text not null,
         lot_number text not null,
         expires_at_ms bigint,
         received_at_ms bigint not null,
         received_quantity bigint not null check (received_quantity > 0),
         epcs text[],
         source text not null check (source in ('asn', 'scan', 'manual')),
         reference text not null,
         remaining_quantity bigint not null,
         used_up_at_ms bigint,
         recorded_by text not null,
         foreign key (tenant_id, site_id, bin_id) references bin)`,
      // One lot of one despatch advice, scan or entry is recorded once, however often it is sent.
      `create unique index stock_lot_once on stock_lot (tenant_id, site_id, bin_id, lot_number, source, reference)`,
      `create index stock_lot_open on stock_lot (tenant_id, site_id, bin_id) where used_up_at_ms is null`,
      `create index stock_lot_by_expiry on stock_lot (tenant_id, expires_at_ms) where used_up_at_ms is null`,
      `create index parked_reading_by_time on parked_reading (tenant_id, parked_at_ms)`,
      ...['each_sensor_state', 'reservation', 'announced_move', 'stock_lot'].flatMap(tenantOnly),
    ]),
};
