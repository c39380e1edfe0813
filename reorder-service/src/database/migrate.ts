import { ShelfwireError } from '@shelfwire/contract';
import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration, type MigrationResultSet } from 'kysely/migration';

import { retryCollisions } from './collisions.ts';
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
import { handouts } from './migrations/handouts.ts';
import { urging } from './migrations/urging.ts';
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
  '0064-webhook-trouble': webhookTrouble,
  '0065-urging': urging,
  '0066-handouts': handouts,
  '0086-declined-suggestions': declinedSuggestions,
};

/**
 * Shorter than PostgreSQL takes to see a deadlock (1 s): it is the migration that gives way, never a replica at work, and
 * nobody waits behind it for longer.
 */
const LOCK_TIMEOUT_MS = 500;
/**
 * What batches of readings, decisions and work on orders lock before anything else, in that order. Held from the first
 * moment, they let what is under way come to its end and nothing new begin: otherwise work that holds one table and wants
 * another meets a migration the other way round, again and again. Who only reads is not kept waiting by them.
 */
const GATES = ['site_ledger', 'item_location', 'purchase_order'];

/**
 * Brings the database to the newest form. Several replicas may start at once: one migrates, the others wait. Replicas of
 * an older version work on meanwhile: each migration is a transaction of its own, which lets go of what it has locked when
 * it cannot have the next lock soon, and is tried again. A replica of an older version starts too: migrations only add
 * (a test holds them to it), so it works on a newer form.
 * @throws ShelfwireError DATABASE_MIGRATION_FAILED; everything that succeeded before stays
 */
export async function migrateToLatest(
  db: Kysely<Schema>,
  known: Readonly<Record<string, Migration>> = MIGRATIONS,
): Promise<readonly string[]> {
  // Asked before: while it migrates, Kysely holds the one connection that PGlite has.
  const tables = await tablesOf(db);
  const done = tables.has('kysely_migration') ? await doneMigrations(db) : [];
  const migrations = {
    ...placeholders(done),
    ...givingWay(
      known,
      GATES.filter((table) => tables.has(table)),
    ),
  };
  const provider = { getMigrations: () => Promise.resolve(migrations) };
  // Branches number their migrations apart: what was written earlier may be released later.
  const migrator = new Migrator({ db, provider, allowUnorderedMigrations: true });
  // Nobody works on an empty database: all at once is quicker.
  const step = (): Promise<MigrationResultSet> =>
    done.length === 0 ? migrator.migrateToLatest() : migrator.migrateUp();
  const names: string[] = [];
  for (;;) {
    const { results = [] } = await retryCollisions(() => orThrow(step())).catch(failed);
    names.push(...results.map((result) => result.migrationName));
    if (done.length === 0 || results.length === 0) return names;
  }
}

/** Kysely answers what went wrong; here it is thrown, by its own code. */
async function orThrow(answer: Promise<MigrationResultSet>): Promise<MigrationResultSet> {
  const { error, results } = await answer;
  if (error === undefined) return { results: results ?? [] };
  const name = results?.find((result) => result.status === 'Error')?.migrationName;
  throw Object.assign(error instanceof Error ? error : new Error(JSON.stringify(error)), { migration: name });
}

function failed(error: Error & { migration?: string }): never {
  const of = error.migration === undefined ? '' : ` (${error.migration})`;
  const message = `The database cannot be brought to the newest form${of}: ${error.message}`;
  throw new ShelfwireError('DATABASE_MIGRATION_FAILED', message, { cause: error });
}

function givingWay(known: Readonly<Record<string, Migration>>, gates: readonly string[]): Record<string, Migration> {
  const entries = Object.entries(known).map(([name, migration]): [string, Migration] => [
    name,
    {
      up: async (tx) => {
        await sql`select set_config('lock_timeout', ${String(LOCK_TIMEOUT_MS)}, true)`.execute(tx);
        for (const gate of gates) await sql`lock table ${sql.table(gate)} in exclusive mode`.execute(tx);
        await migration.up(tx);
      },
    },
  ]);
  return Object.fromEntries(entries);
}

async function tablesOf(db: Kysely<Schema>): Promise<ReadonlySet<string>> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  return new Set(tables.map(({ name }) => name));
}

async function doneMigrations(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  return rows.map(({ name }) => name);
}

/** What is done already, by newer versions too. Named, so that it does not count as missing; it is never run. */
function placeholders(done: readonly string[]): Record<string, Migration> {
  const placeholder: Migration = { up: () => Promise.reject(new Error('of a newer version, and done already')) };
  return Object.fromEntries(done.map((name) => [name, placeholder]));
}
