import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { expect, test } from 'vitest';

import { migrateToLatest, MIGRATIONS } from './migrate.ts';
import { onEachEngine } from './on-each-engine.ts';
import type { Schema } from './schema.ts';

/** What a replica of the version before could not live with while it still runs on the same database. */
const BREAKING: readonly [RegExp, string][] = [
  [/\bdrop\s+(table|column|view|function|index)\b/i, 'drops what an older replica may use'],
  [/\brename\b/i, 'renames what an older replica uses'],
  [/\balter\s+column\s+\w+\s+(set\s+data\s+)?type\b/i, 'changes a type'],
  [/\balter\s+column\s+\w+\s+set\s+not\s+null\b/i, 'forbids the null that an older replica writes'],
  [
    /\badd\s+column\s+(?:if\s+not\s+exists\s+)?\w+\s+(?:(?!,|\bdefault\b|\bgenerated\b)[^;])*\bnot\s+null\b(?!\s+(?:default|generated))/i,
    'adds a column that an older replica does not fill',
  ],
  [/\btruncate\b/i, 'deletes'],
];

function problemOf(statement: string): string | undefined {
  return BREAKING.find(([pattern]) => pattern.test(statement))?.[1];
}

/** Taken down as the database was sent them, so that a migration in any style is looked at. */
async function statementsByMigration(): Promise<Map<string, string[]>> {
  const sent = new Map<string, string[]>();
  let current: string[] = [];
  const pglite = await PGlite.create('memory://');
  const db = new Kysely<Schema>({
    dialect: new PGliteDialect({ pglite }),
    log: (event) => void current.push(event.query.sql),
  });
  const watched = Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, migration]): [string, Migration] => {
      const begin = (): void => {
        current = [];
        sent.set(name, current);
      };
      return [name, { up: (tx) => (begin(), migration.up(tx)) }];
    }),
  );
  await migrateToLatest(db, watched);
  await db.destroy();
  return sent;
}

test('the rule finds what it must find', () => {
  expect(problemOf('alter table bin drop column name')).toMatch(/drops/);
  expect(problemOf('alter table bin rename column name to title')).toMatch(/renames/);
  expect(problemOf('alter table bin alter column name type int')).toMatch(/type/);
  expect(problemOf('alter table bin alter column name set not null')).toMatch(/null/);
  expect(problemOf('alter table bin add column colour text not null')).toMatch(/column/);
  expect(problemOf("alter table bin add column colour text not null default ''")).toBeUndefined();
  expect(problemOf('alter table bin add column colour text')).toBeUndefined();
});

test('every migration only adds: an older replica works on, and is restarted, while a newer one has migrated', async () => {
  const breaking: string[] = [];
  const statements = await statementsByMigration();
  for (const [name, texts] of statements) {
    for (const text of texts) {
      const problem = problemOf(text);
      if (problem !== undefined) breaking.push(`${name} ${problem}: ${text.trim()}`);
    }
  }
  expect(statements.size).toBe(Object.keys(MIGRATIONS).length);
  expect(breaking).toEqual([]);
});

onEachEngine('a database that a newer version has migrated', (database) => {
  test('is taken as it is by a replica that knows fewer migrations', async () => {
    const names = Object.keys(MIGRATIONS);
    const older = Object.fromEntries(Object.entries(MIGRATIONS).slice(0, names.length - 1));
    expect(await migrateToLatest(database.db, older)).toEqual([]);
  });

  test('takes a migration that was numbered before others that are there already', async () => {
    const late: Migration = { up: (db) => sql`create table added_late (id int)`.execute(db).then(() => undefined) };
    expect(await migrateToLatest(database.db, { ...MIGRATIONS, '0000-late': late })).toEqual(['0000-late']);
    expect(await migrateToLatest(database.db)).toEqual([]);
  });

  test('is migrated again after a collision with replicas at work, and not after any other failure', async () => {
    const raise = (code: string) => sql.raw(`do $$ begin raise exception 'no' using errcode = '${code}'; end $$`);
    let tries = 0;
    const collides: Migration = {
      up: async (db) => {
        tries += 1;
        await sql`create table made_by_migration (id int)`.execute(db);
        if (tries < 4) await raise('40P01').execute(db);
      },
    };
    expect(await migrateToLatest(database.db, { ...MIGRATIONS, '9000-collides': collides })).toEqual(['9000-collides']);
    expect(tries).toBe(4);
    const wrong: Migration = {
      up: async (db) => {
        tries += 1;
        await raise('42P01').execute(db);
      },
    };
    await expect(migrateToLatest(database.db, { ...MIGRATIONS, '9001-wrong': wrong })).rejects.toMatchObject({
      code: 'DATABASE_MIGRATION_FAILED',
    });
    expect(tries).toBe(5);
  });
});
