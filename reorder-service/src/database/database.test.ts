import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';

import { migrateToLatest } from './migrate.ts';
import { onEachEngine } from './on-each-engine.ts';
import { openDatabase } from './open-database.ts';
import { withTenant } from './with-tenant.ts';

onEachEngine('the database', (database) => {
  beforeAll(async () => {
    await database.db
      .insertInto('tenant')
      .values([
        { tenant_id: 'ours', name: 'Ours' },
        { tenant_id: 'theirs', name: 'Theirs' },
      ])
      .execute();
  });

  test('outlives a connection that breaks between two statements of a transaction', async (context) => {
    context.skip(database.url === undefined, 'PGlite has no connection that could break');
    const isThere = async (pid: number): Promise<boolean> => {
      const { rows } = await sql`select from pg_stat_activity where pid = ${pid}`.execute(database.db);
      return rows.length > 0;
    };
    const outcome = database.db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      const pid = rows[0]?.pid ?? 0;
      await sql`select pg_terminate_backend(${pid})`.execute(database.db);
      while (await isThere(pid));
      await sql`select 1`.execute(tx);
    });
    await expect(outcome).rejects.toBeInstanceOf(Error);
    expect((await sql`select 1 as one`.execute(database.db)).rows).toEqual([{ one: 1 }]);
  });

  test('is not migrated twice', async () => {
    expect(await migrateToLatest(database.db)).toEqual([]);
  });

  test('shows one tenant only its own rows', async () => {
    const seen = await withTenant(database.db, 'ours', (tx) => tx.selectFrom('tenant').select('tenant_id').execute());
    expect(seen).toEqual([{ tenant_id: 'ours' }]);
    const rows = await database.db.selectFrom('tenant').select('tenant_id').orderBy('tenant_id').execute();
    expect(rows).toHaveLength(2);
  });

  test('goes on answering a statement whose plan is kept when a migration changes what it answers', async () => {
    await sql`create table shelf (shelf_id int)`.execute(database.db);
    await sql`insert into shelf values (1)`.execute(database.db);
    await database.db.connection().execute(async (connection) => {
      const ask = () =>
        sql`select a.* from shelf a join shelf b using (shelf_id) join shelf c using (shelf_id)
            join shelf d using (shelf_id) join shelf e using (shelf_id) where a.shelf_id = ${1}`.execute(connection);
      expect((await ask()).rows).toEqual([{ shelf_id: 1 }]);
      await sql`alter table shelf add column height int default 7`.execute(connection);
      const outcome = await ask().then(
        () => 'answered',
        (error: { code?: string }) => error.code,
      );
      expect(outcome).toBe(database.url === undefined ? 'answered' : '0A000');
      expect((await ask()).rows).toEqual([{ shelf_id: 1, height: 7 }]);
    });
    await sql`drop table shelf`.execute(database.db);
  });

  test('lets one tenant change or add nothing of another', async () => {
    const updated = await withTenant(database.db, 'ours', (tx) =>
      tx.updateTable('tenant').set({ name: 'taken over' }).where('tenant_id', '=', 'theirs').executeTakeFirst(),
    );
    expect(updated.numUpdatedRows).toBe(0n);
    const site = { tenant_id: 'theirs', site_id: 's', name: 's', time_zone: 'UTC', deliver_to: '' };
    await expect(withTenant(database.db, 'ours', (tx) => tx.insertInto('site').values(site).execute())).rejects.toThrow(
      /row-level security/,
    );
  });

  test('protects every table that a tenant can reach', async () => {
    const { rows } = await sql<{ relname: string }>`
      select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind = 'r' and not c.relrowsecurity`.execute(database.db);
    expect(rows.map((row) => row.relname).sort()).toEqual(['kysely_migration', 'kysely_migration_lock']);
  });

  test('refuses to change what was written to the ledger, even for the owner', async () => {
    await database.db
      .insertInto('stock_movement')
      .values({
        tenant_id: 'ours',
        site_id: 's',
        bin_id: 'b',
        item_id: 'i',
        kind: 'CONSUMPTION',
        change: -1,
        on_hand_after: 0,
        at_ms: 1,
        recorded_at_ms: 1,
        gateway_id: 'g',
        outbox_id: 'o',
        sequence: 1,
        revision: 0,
        evidence: '{}',
      })
      .execute();
    await expect(database.db.updateTable('stock_movement').set({ change: -2 }).execute()).rejects.toThrow(
      /append-only/,
    );
    await expect(database.db.deleteFrom('stock_movement').execute()).rejects.toThrow(/append-only/);
  });

  test('answers bigint and arrays of bigint as numbers', async () => {
    const { rows } = await sql<{ one: number; many: number[]; none: number[] }>`
      select 1763800000000::bigint as one, array[1, 1763800000000]::bigint[] as many, '{}'::bigint[] as none`.execute(
      database.db,
    );
    expect(rows).toEqual([{ one: 1763800000000, many: [1, 1763800000000], none: [] }]);
  });

  test('refuses a second open episode of one item and location', async () => {
    await sql`insert into site values ('ours', 'e', 'e', 'UTC', '')`.execute(database.db);
    await sql`insert into storage_location values ('ours', 'e', 'l', 'l')`.execute(database.db);
    await sql`insert into item (tenant_id, item_id, sku, name, unit) values ('ours', 'i', 'i', 'i', 'pcs')`.execute(
      database.db,
    );
    await sql`insert into bin (tenant_id, site_id, bin_id, name, location_id, item_id)
              values ('ours', 'e', 'b', 'b', 'l', 'i')`.execute(database.db);
    const episode = {
      tenant_id: 'ours',
      site_id: 'e',
      bin_id: 'b',
      item_id: 'i',
      opened_at_ms: 1,
      opened_because: 'low',
    };
    await database.db.insertInto('episode').values(episode).execute();
    await expect(database.db.insertInto('episode').values(episode).execute()).rejects.toThrow(/episode_one_open/);
  });
});

test('an unknown kind of database URL is refused with one sentence', () => {
  expect(() => openDatabase('mysql://x')).toThrow(/must begin with postgres/);
});
