import type { Migration } from 'kysely/migration';

import { runStatements } from './statements.ts';

/**
 * Which gateways may sign in at the central broker, for which site. The hash is in Mosquitto's own form, since the
 * broker's password file is made from it; null: known, but without a login.
 */
export const gateways: Migration = {
  up: (db) =>
    runStatements(db, [
      `create table gateway (
         tenant_id text not null,
         site_id text not null,
         gateway_id text not null,
         password_hash text,
         password_set_at_ms bigint,
         primary key (tenant_id, site_id, gateway_id),
         foreign key (tenant_id, site_id) references site)`,
      `alter table gateway enable row level security`,
      `create policy tenant_only on gateway to shelfwire_tenant
         using (tenant_id = current_setting('shelfwire.tenant', true))
         with check (tenant_id = current_setting('shelfwire.tenant', true))`,
      `grant select, insert, update, delete on gateway to shelfwire_tenant`,
    ]),
};
