import type { Migration } from 'kysely/migration';

import { runStatements } from './statements.ts';

/** People whom administrators let in and shut out, and a trail that can be read by its newest entries. */
export const people: Migration = {
  up: (db) =>
    runStatements(db, [
      `alter table app_user
         add column password_temporary boolean not null default false,
         add column password_set_at_ms bigint,
         add column last_sign_in_at_ms bigint,
         add column session_number int not null default 0`,
      `create index order_event_by_people on order_event (tenant_id, at_ms desc) where position('@' in actor) > 0`,
    ]),
};
