import { PGlite, TransactionAbortedError } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { PreparedPglite } from './prepared-pglite.ts';

let plain: PGlite;
let prepared: PreparedPglite;
beforeAll(async () => {
  [plain, prepared] = [await PGlite.create('memory://'), new PreparedPglite(await PGlite.create('memory://'))];
});
afterAll(() => Promise.all([plain.close(), prepared.close()]));
beforeEach(async () => {
  await prepared.query('drop table if exists thing');
  await prepared.query('create table thing (id int primary key, name text, tags text[], at bigint, more jsonb)');
});

const insert = 'insert into thing (id, name, tags, at, more) values ($1, $2, $3, $4, $5) returning *';
const names = 'select name from thing order by id';
const namesNow = async (): Promise<unknown[]> =>
  (await prepared.query<{ name: string }>(names)).rows.map((row) => row.name);

describe('PGlite with its statements prepared', () => {
  test('answers as PGlite itself does, the first time and every time after', async () => {
    await plain.query('create table thing (id int primary key, name text, tags text[], at bigint, more jsonb)');
    const rows = [
      [1, 'nut', ['a', 'b,"c'], 1_700_000_000_000, { deep: [1, null, 'ö'] }],
      [2, null, [], null, []],
      [3, '', null, 0, { text: null }],
    ];
    for (const row of rows) expect(await prepared.query(insert, row)).toMatchObject(await plain.query(insert, row));
    for (const sql of [
      'select * from thing order by id',
      'update thing set at = at + 1 where id < 3',
      'delete from thing where id = 9',
      'select count(*) as n, now() is not null as yes, array_agg(id) as ids, 1.5::numeric as exact from thing',
    ]) {
      const expected = await plain.query(sql);
      const answer = await prepared.query(sql);
      expect(answer.rows).toEqual(expected.rows);
      expect(answer.affectedRows).toBe(expected.affectedRows);
    }
  });

  test('keeps all of a transaction, or nothing of it', async () => {
    await prepared.transaction(async (tx) => {
      await tx.query(insert, [1, 'kept', null, 1, null]);
      await tx.query(insert, [2, 'kept too', null, 1, null]);
    });
    await expect(
      prepared.transaction(async (tx) => {
        await tx.query(insert, [3, 'given up', null, 1, null]);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await prepared.transaction(async (tx) => {
      await tx.query(insert, [4, 'rolled back', null, 1, null]);
      await tx.rollback();
    });
    await prepared.transaction(() => Promise.resolve());
    expect(await namesNow()).toEqual(['kept', 'kept too']);
  });

  test('lets a query wait for the transaction that is open, and the next transaction as well', async () => {
    const order: string[] = [];
    const first = prepared.transaction(async (tx) => {
      await tx.query(insert, [1, 'first', null, 1, null]);
      await new Promise((resolve) => setImmediate(resolve));
      await tx.query(insert, [2, 'second', null, 1, null]);
      order.push('transaction');
    });
    const seen = namesNow().then((found) => order.push(`query saw ${found.length}`));
    const next = prepared.transaction(async (tx) => {
      const { rows } = await tx.query(names);
      order.push(`transaction saw ${rows.length}`);
    });
    await Promise.all([first, seen, next]);
    expect(order[0]).toBe('transaction');
    expect(order.slice(1).sort()).toEqual(['query saw 2', 'transaction saw 2']);
  });

  test('tells what PostgreSQL says against a statement, and goes on with the next', async () => {
    await prepared.query(insert, [1, 'nut', null, 1, null]);
    await expect(prepared.query(insert, [1, 'again', null, 1, null])).rejects.toMatchObject({ code: '23505' });
    await expect(prepared.query('select nothing from nowhere')).rejects.toMatchObject({ code: '42P01' });
    await expect(prepared.query(insert, ['no number', '', null, 1, null])).rejects.toMatchObject({ code: '22P02' });
    expect(await namesNow()).toEqual(['nut']);
  });

  test('after a failed statement a transaction takes no other, and its commit is refused', async () => {
    const outcome = prepared.transaction(async (tx) => {
      await tx.query(insert, [1, 'nut', null, 1, null]);
      await expect(tx.query(insert, [1, 'again', null, 1, null])).rejects.toMatchObject({ code: '23505' });
      await expect(tx.query(names)).rejects.toMatchObject({ code: '25P02' });
    });
    await expect(outcome).rejects.toThrow(TransactionAbortedError);
    expect(await namesNow()).toEqual([]);
  });

  test('a first statement that fails ends its transaction too', async () => {
    await expect(prepared.transaction((tx) => tx.query('select 1 / $1::int', [0]))).rejects.toMatchObject({
      code: '22012',
    });
    expect(await namesNow()).toEqual([]);
  });

  test('forgets what it prepared when a table changes', async () => {
    await prepared.query(insert, [1, 'nut', null, 1, null]);
    expect((await prepared.query('select * from thing')).rows[0]).not.toHaveProperty('colour');
    await prepared.query(`alter table thing add column colour text default 'red'`);
    expect((await prepared.query('select * from thing')).rows).toMatchObject([{ name: 'nut', colour: 'red' }]);
  });

  test('keeps no more statements than its bound, and the ones in use', async () => {
    const count = 'select count(*)::int as n from pg_prepared_statements';
    for (let each = 0; each < 300; each += 1) {
      const { rows } = await prepared.query<{ n: number }>(`select ${each} as n`);
      expect(rows).toEqual([{ n: each }]);
      await namesNow();
    }
    const { rows } = await prepared.query<{ n: number }>(count);
    expect(rows[0]?.n).toBe(256);
    expect((await prepared.query('select 7 as n')).rows).toEqual([{ n: 7 }]);
  });
});
