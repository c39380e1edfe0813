import type { Migration } from 'kysely/migration';

import { runStatements, tenantOnly } from './statements.ts';

/** What each gateway said last, as it stands retained at the broker: kept, so that people see it without the broker. */
export const gatewayStatus: Migration = {
  up: (db) =>
    runStatements(db, [
      `create table gateway_status (
         tenant_id text not null,
         site_id text not null,
         gateway_id text not null,
         online boolean not null,
         last_seen_at_ms bigint,
         status jsonb not null,
         primary key (tenant_id, site_id, gateway_id),
         foreign key (tenant_id, site_id) references site)`,
      ...tenantOnly('gateway_status'),
    ]),
};
