import type { Migration } from 'kysely/migration';

import { runStatements } from './statements.ts';

/** Since when a customer's system has taken nothing, so that somebody is told of it in time. */
export const webhookTrouble: Migration = {
  up: (db) => runStatements(db, [`alter table event_subscription add column failing_since_ms bigint`]),
};
