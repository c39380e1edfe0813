import type { Migration } from 'kysely/migration';

import { runStatements, tenantOnly } from './statements.ts';

/** Old runs become ranges, and a late reading looks only at runs of gateways that see its bin. */
export const runRanges: Migration = {
  up: (db) =>
    runStatements(db, [
      // Sequences that were applied long ago; of their readings nothing else is kept. Ranges of an outbox never touch.
      `create table applied_range (
         tenant_id text not null,
         gateway_id text not null,
         outbox_id text not null,
         first_sequence bigint not null,
         last_sequence bigint not null,
         primary key (tenant_id, outbox_id, gateway_id, last_sequence),
         check (first_sequence <= last_sequence))`,
      `create table bin_gateway (
         tenant_id text not null,
         site_id text not null,
         bin_id text not null,
         gateway_id text not null,
         primary key (tenant_id, site_id, bin_id, gateway_id))`,
      `insert into bin_gateway
         select distinct tenant_id, site_id, unnest(bin_ids), gateway_id from applied_run on conflict do nothing`,
      `create index applied_run_by_gateway on applied_run (tenant_id, site_id, gateway_id, to_ms)`,
      `create index applied_run_by_age on applied_run using brin (applied_at_ms)`,
      `create index stock_checkpoint_by_age on stock_checkpoint using brin (at_ms)`,
      ...['applied_range', 'bin_gateway'].flatMap(tenantOnly),
    ]),
};
