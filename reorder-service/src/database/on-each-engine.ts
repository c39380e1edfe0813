import { needs, PostgresServer } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe } from 'vitest';

import { migrateToLatest } from './migrate.ts';
import { openDatabase, type Db } from './open-database.ts';

export interface TestDatabase {
  /** Valid inside hooks and tests. */
  readonly db: Db;
  /** For a second connection or process; undefined on PGlite, which has only one. */
  readonly url: string | undefined;
}

/** Runs one suite on PGlite, and on a real PostgreSQL where there is one: both must behave alike (design D6). */
export function onEachEngine(name: string, suite: (database: TestDatabase) => void): void {
  describe(`${name} (PGlite)`, () => {
    const holder = databaseDuringTests(() =>
      Promise.resolve({ url: 'pglite:memory:', close: () => Promise.resolve() }),
    );
    suite(holder);
  });
  onPostgres(name, suite);
}

/** For what only several connections can show. */
export function onPostgres(name: string, suite: (database: TestDatabase) => void): void {
  describe.runIf(needs('postgres'))(`${name} (PostgreSQL)`, () => {
    const holder = databaseDuringTests(async () => {
      const server = await PostgresServer.start();
      return { url: server.createDatabase('shelfwire'), close: () => server.close() };
    });
    suite(holder);
  });
}

function databaseDuringTests(start: () => Promise<{ url: string; close: () => Promise<void> }>): TestDatabase {
  let open: { db: Db; url: string; close: () => Promise<void> } | undefined;
  beforeAll(async () => {
    const server = await start();
    open = { db: openDatabase(server.url, { connectionsMax: 20 }), ...server };
    await migrateToLatest(open.db);
  });
  afterAll(async () => {
    await open?.db.destroy();
    await open?.close();
  });
  const opened = (): { db: Db; url: string } => {
    if (!open) throw new Error('the database is open only inside hooks and tests');
    return open;
  };
  return {
    get db() {
      return opened().db;
    },
    get url() {
      const { url } = opened();
      return url.startsWith('postgres') ? url : undefined;
    },
  };
}
