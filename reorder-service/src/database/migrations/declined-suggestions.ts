import type { Migration } from 'kysely/migration';

import { runStatements } from './statements.ts';

/** Somebody looked at what is suggested, and the numbers stay: it is not shown again until it has moved. */
export const declinedSuggestions: Migration = {
  up: (db) =>
    runStatements(db, [
      `alter table policy_suggestion
         add column declined_at_ms bigint,
         add column declined_by text,
         add column declined_because text`,
    ]),
};
