import type { Migration } from 'kysely/migration';

import { runStatements } from './statements.ts';

/** Finds a bin's last count, and the orders of an episode, without reading the whole table. */
export const counts: Migration = {
  up: (db) =>
    runStatements(db, [
      `create index counting_task_by_bin on counting_task (tenant_id, site_id, bin_id, closed_at_ms)`,
      `create index purchase_order_by_episode on purchase_order (episode_id)`,
    ]),
};
