import { ShelfwireError } from '@shelfwire/contract';
import type { Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';

import { catalogue } from './migrations/catalogue.ts';
import { counts } from './migrations/counts.ts';
import { findByBin } from './migrations/find-by-bin.ts';
import { orderLife } from './migrations/order-life.ts';
import { orders } from './migrations/orders.ts';
import { rowLevelSecurity } from './migrations/row-level-security.ts';
import { stock } from './migrations/stock.ts';
import { stockKeeping } from './migrations/stock-keeping.ts';
import type { Schema } from './schema.ts';

/** In the order of their names. A migration that has been released is never changed: add another. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-catalogue': catalogue,
  '0002-stock': stock,
  '0003-orders': orders,
  '0004-row-level-security': rowLevelSecurity,
  '0005-counts': counts,
  '0006-find-by-bin': findByBin,
  '0010-stock-keeping': stockKeeping,
  '0030-order-life': orderLife,
};

/**
 * Brings the database to the newest form. Several replicas may start at once: one migrates, the others wait.
 * @throws ShelfwireError DATABASE_MIGRATION_FAILED; everything that succeeded before stays
 */
export async function migrateToLatest(db: Kysely<Schema>): Promise<readonly string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) } });
  const { error, results } = await migrator.migrateToLatest();
  const failed = results?.find((result) => result.status === 'Error');
  if (error !== undefined) {
    const reason = error instanceof Error ? error.message : JSON.stringify(error);
    throw new ShelfwireError(
      'DATABASE_MIGRATION_FAILED',
      `The database cannot be brought to the newest form${failed ? ` (${failed.migrationName})` : ''}: ${reason}`,
      { cause: error },
    );
  }
  return (results ?? []).map((result) => result.migrationName);
}
