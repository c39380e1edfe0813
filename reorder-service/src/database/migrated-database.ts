import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';

import { madeOnce, sharedPostgresUrl } from '@shelfwire/test-servers';
import { sql } from 'kysely';

import { migrateToLatest } from './migrate.ts';
import { createPglite, openDatabase, overPglite, type Db } from './open-database.ts';
import { PreparedPglite } from './prepared-pglite.ts';

/** For tests: databases in their newest form, copied from one that a run makes once. */

/** A PGlite in memory: seconds of work to make, half a second to copy. */
export async function openMigratedPglite(): Promise<Db> {
  const snapshot = await madeOnce('migrated-pglite.tar', async (path) => {
    const pglite = await createPglite('pglite:memory:');
    await migrateToLatest(overPglite(new PreparedPglite(pglite)));
    await writeFile(path, (await pglite.dumpDataDir('none')).stream());
    await pglite.close();
  });
  return overPglite(new PreparedPglite(await createPglite('pglite:memory:', await openAsBlob(snapshot))));
}

const TEMPLATE = 'shelfwire_migrated';

/** @returns the URL of a new database of the run's PostgreSQL */
export async function makeMigratedPostgres(): Promise<string> {
  const server = await sharedPostgresUrl();
  const named = (name: string): string => Object.assign(new URL(server), { pathname: `/${name}` }).href;
  await madeOnce('migrated-postgres', async (path) => {
    await run(server, `create database ${TEMPLATE}`);
    const db = openDatabase(named(TEMPLATE));
    await migrateToLatest(db);
    await db.destroy();
    await writeFile(path, TEMPLATE);
  });
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await run(server, `create database ${name} template ${TEMPLATE}`);
  return named(name);
}

/** @returns the URL of an empty database of the run's PostgreSQL */
export async function makeEmptyPostgres(): Promise<string> {
  const server = await sharedPostgresUrl();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await run(server, `create database ${name}`);
  return Object.assign(new URL(server), { pathname: `/${name}` }).href;
}

async function run(url: string, statement: string): Promise<void> {
  const db = openDatabase(url);
  try {
    await sql.raw(statement).execute(db);
  } finally {
    await db.destroy();
  }
}
