import { needs } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe } from 'vitest';

import { makeMigratedPostgres, openMigratedPglite } from './migrated-database.ts';
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
    suite(databaseDuringTests(async () => ({ db: await openMigratedPglite(), url: undefined })));
  });
  onPostgres(name, suite);
}

/** For what only several connections can show. */
export function onPostgres(name: string, suite: (database: TestDatabase) => void): void {
  describe.runIf(needs('postgres'))(`${name} (PostgreSQL)`, () => {
    const open = async (): Promise<TestDatabase> => {
      const url = await makeMigratedPostgres();
      return { db: openDatabase(url, { connectionsMax: 20 }), url };
    };
    suite(databaseDuringTests(open));
  });
}

function databaseDuringTests(open: () => Promise<TestDatabase>): TestDatabase {
  let opened: TestDatabase | undefined;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.db.destroy());
  const current = (): TestDatabase => {
    if (!opened) throw new Error('the database is open only inside hooks and tests');
    return opened;
  };
  return {
    get db() {
      return current().db;
    },
    get url() {
      return current().url;
    },
  };
}
