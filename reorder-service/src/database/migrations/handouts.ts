import type { Migration } from 'kysely/migration';

import { runStatements, tenantOnly } from './statements.ts';

/** When goods of a reservation were said to be handed out, to be held against what the sensors saw leave. */
export const handouts: Migration = {
  up: (db) =>
    runStatements(db, [
      `create table reservation_handout (
         handout_id bigint generated always as identity primary key,
         tenant_id text not null,
         site_id text not null,
         bin_id text not null,
         item_id text not null,
         quantity bigint not null check (quantity > 0),
         at_ms bigint not null,
         foreign key (tenant_id, site_id, bin_id) references bin)`,
      `create index reservation_handout_by_bin on reservation_handout (tenant_id, site_id, bin_id, at_ms)`,
      ...tenantOnly('reservation_handout'),
    ]),
};
