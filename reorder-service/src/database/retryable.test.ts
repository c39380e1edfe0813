import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

import { openDatabase, type Db } from './open-database.ts';
import { isRetryable } from './retryable.ts';

let db: Db;
beforeAll(() => {
  db = openDatabase('pglite:memory:');
});
afterAll(() => db.destroy());

const failureOf = (work: () => unknown): Promise<unknown> =>
  Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (error: unknown) => error,
    );

test.each([
  ['a statement that was cancelled', '57014'],
  ['a disk that fails', '58030'],
  ['a full disk', '53100'],
  ['a permission that is missing', '42501'],
  ['a trigger that raises', 'P0001'],
  ['a connection that is lost', '08006'],
  ['a deadlock', '40P01'],
  ['a network that is away', 'ECONNREFUSED'],
])('%s (%s) is tried again', (_name, code) => {
  expect(isRetryable(Object.assign(new Error('no'), { code }))).toBe(true);
});

test('a table that is missing is tried again, and so is what nobody knows', async () => {
  expect(isRetryable(await failureOf(() => sql`select 1 from nowhere`.execute(db)))).toBe(true);
  expect(isRetryable(new Error('Connection terminated unexpectedly'))).toBe(true);
  expect(isRetryable('a thrown string')).toBe(true);
});

test.each([
  ['a number out of range', () => sql`select 99999999999::int`.execute(db)],
  ['a character that text cannot hold', () => sql`select '{"a": "\\u0000"}'::jsonb ->> 'a'`.execute(db)],
  ['a value that breaks a constraint', () => sql`do $$ begin raise sqlstate '23514'; end $$`.execute(db)],
  ['a number that cannot be', () => BigInt(0.5)],
  ['a property of nothing', () => (JSON.parse('null') as { a: string }).a],
  ['a text that is no JSON', () => JSON.parse('{')],
  ['a shape that is not right', () => z.string().parse(1)],
])('%s is the fault of the data', async (_name, work) => {
  const error = await failureOf(work);
  expect(error).toBeInstanceOf(Error);
  expect(isRetryable(error)).toBe(false);
});
