import { ShelfwireError } from '@shelfwire/contract';
import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';

import { alerts } from './migrations/alerts.ts';
import { catalogue } from './migrations/catalogue.ts';
import { counts } from './migrations/counts.ts';
import { declinedSuggestions } from './migrations/declined-suggestions.ts';
import { findByBin } from './migrations/find-by-bin.ts';
import { orderLife } from './migrations/order-life.ts';
import { orderTrace } from './migrations/order-trace.ts';
import { gatewayStatus } from './migrations/gateway-status.ts';
import { gateways } from './migrations/gateways.ts';
import { orders } from './migrations/orders.ts';
import { people } from './migrations/people.ts';
import { policies } from './migrations/policies.ts';
import { rowLevelSecurity } from './migrations/row-level-security.ts';
import { runRanges } from './migrations/run-ranges.ts';
import { stock } from './migrations/stock.ts';
import { stockKeeping } from './migrations/stock-keeping.ts';
import { trucks } from './migrations/trucks.ts';
import { webhookTrouble } from './migrations/webhook-trouble.ts';
import { webhooks } from './migrations/webhooks.ts';
import type { Schema } from './schema.ts';

/** In the order of their names. A migration that has been released is never changed: add another. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-catalogue': catalogue,
  '0002-stock': stock,
  '0003-orders': orders,
  '0004-row-level-security': rowLevelSecurity,
  '0005-counts': counts,
  '0006-find-by-bin': findByBin,
  '0010-stock-keeping': stockKeeping,
  '0011-run-ranges': runRanges,
  '0020-policies': policies,
  '0021-trucks': trucks,
  '0030-order-life': orderLife,
  '0031-alerts': alerts,
  '0040-gateways': gateways,
  '0052-people': people,
  '0053-gateway-status': gatewayStatus,
  '0055-order-trace': orderTrace,
  '0060-webhooks': webhooks,
  '0086-declined-suggestions': declinedSuggestions,
  '0064-webhook-trouble': webhookTrouble,
};

const ATTEMPTS_MAX = 10;
const PAUSE_MS = 200;
const DEADLOCK = '40P01';
const SERIALIZATION_FAILURE = '40001';

/**
 * Brings the database to the newest form. Several replicas may start at once: one migrates, the others wait. A replica of
 * an older version starts too: migrations only add (a test holds them to it), so it works on a newer form.
 * @throws ShelfwireError DATABASE_MIGRATION_FAILED; everything that succeeded before stays
 */
export async function migrateToLatest(
  db: Kysely<Schema>,
  known: Readonly<Record<string, Migration>> = MIGRATIONS,
): Promise<readonly string[]> {
  // Asked before: while it migrates, Kysely holds the one connection that PGlite has.
  const migrations = { ...(await ofNewerVersions(db)), ...known };
  const provider = { getMigrations: () => Promise.resolve(migrations) };
  // Branches number their migrations apart: what was written earlier may be released later.
  const migrator = new Migrator({ db, provider, allowUnorderedMigrations: true });
  let { error, results } = await migrator.migrateToLatest();
  for (let attempt = 1; isCollision(error) && attempt < ATTEMPTS_MAX; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MS * attempt));
    ({ error, results } = await migrator.migrateToLatest());
  }
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

/** Replicas at work hold locks that a migration waits for, and the other way round: PostgreSQL ends one of the two. */
function isCollision(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === DEADLOCK || code === SERIALIZATION_FAILURE;
}

/** What is done already and is not known here. Named, so that it does not count as missing; it is never run. */
async function ofNewerVersions(db: Kysely<Schema>): Promise<Record<string, Migration>> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return {};
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const placeholder: Migration = { up: () => Promise.reject(new Error('of a newer version, and done already')) };
  return Object.fromEntries(rows.map(({ name }) => [name, placeholder]));
}
