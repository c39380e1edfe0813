import type { Migration } from 'kysely/migration';

import { runStatements } from './statements.ts';

/**
 * What the customer keeps, where, and from whom. Ids are the customer's own texts (contract `idSchema`), unique inside
 * their tenant. Times are Unix milliseconds as in the contract; quantities are whole numbers of the item's stock unit.
 */
export const catalogue: Migration = {
  up: (db) =>
    runStatements(db, [
      `create table tenant (
         tenant_id text primary key,
         name text not null,
         next_order_number bigint not null default 1)`,
      `create table site (
         tenant_id text not null references tenant,
         site_id text not null,
         name text not null,
         time_zone text not null,
         deliver_to text not null,
         primary key (tenant_id, site_id))`,
      `create table storage_location (
         tenant_id text not null,
         site_id text not null,
         location_id text not null,
         name text not null,
         primary key (tenant_id, site_id, location_id),
         foreign key (tenant_id, site_id) references site)`,
      // The token goes out to the supplier and comes back from them, so it is kept; the hash finds who is calling.
      `create table supplier (
         tenant_id text not null references tenant,
         supplier_id text not null,
         name text not null,
         endpoint text not null,
         api_token text not null,
         api_token_sha256 text not null unique,
         primary key (tenant_id, supplier_id))`,
      `create table item (
         tenant_id text not null references tenant,
         item_id text not null,
         sku text not null,
         name text not null,
         unit text not null,
         piece_grams double precision check (piece_grams > 0),
         piece_grams_spread double precision not null default 0 check (piece_grams_spread >= 0),
         gtin text,
         item_class text,
         primary key (tenant_id, item_id))`,
      `create table supplier_item (
         tenant_id text not null,
         supplier_id text not null,
         item_id text not null,
         part_number text not null,
         order_unit text not null,
         pack_quantity bigint not null check (pack_quantity > 0),
         order_multiple bigint not null default 1 check (order_multiple > 0),
         min_order_quantity bigint not null default 0 check (min_order_quantity >= 0),
         max_order_quantity bigint check (max_order_quantity > 0),
         lead_time_days double precision not null check (lead_time_days >= 0),
         preference int not null default 1,
         price_breaks jsonb not null default '[]',
         primary key (tenant_id, supplier_id, item_id),
         foreign key (tenant_id, supplier_id) references supplier,
         foreign key (tenant_id, item_id) references item)`,
      `comment on column supplier_item.order_multiple is 'in order units, as are min_order_quantity and max_order_quantity'`,
      `create table bin (
         tenant_id text not null,
         site_id text not null,
         bin_id text not null,
         name text not null,
         location_id text not null,
         item_id text not null,
         capacity bigint check (capacity > 0),
         depth_mm double precision check (depth_mm > 0),
         consignment boolean not null default false,
         primary key (tenant_id, site_id, bin_id),
         foreign key (tenant_id, site_id, location_id) references storage_location,
         foreign key (tenant_id, item_id) references item)`,
      // sensor_id '' stands for every sensor of the device.
      `create table bin_sensor (
         tenant_id text not null,
         site_id text not null,
         device_id text not null,
         sensor_id text not null default '',
         bin_id text not null,
         kind text not null check (kind in ('weight', 'level', 'tag', 'count', 'button')),
         uncertainty_grams double precision not null default 2 check (uncertainty_grams >= 0),
         stale_after_ms bigint,
         primary key (tenant_id, site_id, device_id, sensor_id, kind),
         foreign key (tenant_id, site_id, bin_id) references bin)`,
      // A policy is never changed: a new version is written. The narrowest scope wins: bin, item, class, site.
      `create table policy (
         tenant_id text not null references tenant,
         policy_id text not null,
         version int not null,
         scope text not null check (scope in ('bin', 'item', 'class', 'site')),
         site_id text,
         bin_id text,
         item_id text,
         item_class text,
         type text not null,
         parameters jsonb not null,
         effective_from_ms bigint not null,
         created_at_ms bigint not null,
         created_by text not null,
         primary key (tenant_id, policy_id, version))`,
      `create index policy_by_bin on policy (tenant_id, site_id, bin_id)`,
      `create table app_user (
         user_id uuid primary key default gen_random_uuid(),
         tenant_id text not null references tenant,
         email text not null,
         display_name text not null,
         password_hash text not null,
         role text not null check (role in ('admin', 'buyer', 'operator', 'viewer', 'supplier')),
         supplier_id text,
         disabled_at_ms bigint,
         created_at_ms bigint not null,
         check ((role = 'supplier') = (supplier_id is not null)),
         foreign key (tenant_id, supplier_id) references supplier)`,
      `create unique index app_user_email on app_user (lower(email))`,
    ]),
};
