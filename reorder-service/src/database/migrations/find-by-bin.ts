import type { Migration } from 'kysely/migration';

import { runStatements } from './statements.ts';

/** Which sensors look into a bin; without it a policy run over 50,000 bins reads this table 50,000 times. */
export const findByBin: Migration = {
  up: (db) => runStatements(db, [`create index bin_sensor_by_bin on bin_sensor (tenant_id, site_id, bin_id)`]),
};
