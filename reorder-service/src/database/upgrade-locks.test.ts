import { needs } from '@shelfwire/test-servers';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { catalogueSchema } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { makeEmptyPostgres, makeMigratedPostgres } from './migrated-database.ts';
import { migrateToLatest, MIGRATIONS } from './migrate.ts';
import { openDatabase, type Db } from './open-database.ts';
import { withTenant, type Tx } from './with-tenant.ts';

const WAIT = { timeout: 20_000, interval: 5 };
const AT_WORK = { tenant: 'demo', site: 's1' };

/**
 * PostgreSQL ends one of those who wait in a ring, and who that is, is chance. Here it looks for rings so late that a test
 * which needs it to break one fails, on however slow a machine.
 */
async function withoutRescue(url: string): Promise<Db> {
  const db = openDatabase(url, { connectionsMax: 5 });
  const { pathname } = new URL(url);
  await sql.raw(`alter database ${pathname.slice(1)} set deadlock_timeout = '15s'`).execute(db);
  await db.destroy();
  return openDatabase(url, { connectionsMax: 5 });
}

/** Resolves when `count` sessions wait for a lock. */
async function waiting(db: Db, count: number): Promise<void> {
  const asked = sql<{ count: number }>`
    select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await vi.waitFor(async () => expect((await asked.execute(db)).rows[0]?.count).toBe(count), WAIT);
}

describe.runIf(needs('postgres'))('replicas at work while another one starts (PostgreSQL)', () => {
  let db: Db;
  afterEach(() => db.destroy());

  describe('on a database of an older version', () => {
    const released = Object.entries(MIGRATIONS);
    beforeEach(async () => {
      db = await withoutRescue(await makeEmptyPostgres());
      await migrateToLatest(db, Object.fromEntries(released.slice(0, 6)));
    });

    test('a batch that is half booked goes on, the migration that stood in its way gives way, and comes when it can', async () => {
      let tries = 0;
      const inTheWay: Migration = {
        up: async (tx) => {
          tries += 1;
          await sql`alter table stock_level add column met int`.execute(tx);
          // The ring closes only when the batch waits for this migration; afterwards there is nothing to wait for.
          if (tries === 1) await waiting(db, 1);
          await sql`create index applied_run_met on applied_run (tenant_id, applied_at_ms)`.execute(tx);
        },
      };
      const known = { ...MIGRATIONS, '0009-in-the-way': inTheWay };
      let migrating: Promise<readonly string[]> | undefined;
      await db.transaction().execute(async (batch) => {
        await sql`lock table applied_run in row exclusive mode`.execute(batch);
        migrating = migrateToLatest(db, known);
        await vi.waitFor(() => expect(tries).toBe(1), WAIT);
        await sql`lock table stock_level in row exclusive mode`.execute(batch);
      });
      expect(await migrating).toEqual(['0009-in-the-way', ...released.slice(6).map(([name]) => name)]);
      expect(tries).toBeGreaterThan(1);
    });
  });

  describe('that reads its catalogue again', () => {
    const catalogue = catalogueSchema.parse({
      tenants: [
        {
          tenantId: AT_WORK.tenant,
          name: 'Demo',
          sites: [{ siteId: AT_WORK.site, name: 'S', locations: [{ locationId: 'l', name: 'L' }] }],
        },
      ],
      items: [{ tenantId: AT_WORK.tenant, itemId: 'bolt', sku: 'bolt', name: 'Bolt' }],
      // Not in the order of their ids, as files are.
      bins: ['b3', 'b1', 'b2'].map((binId) => ({
        tenantId: AT_WORK.tenant,
        siteId: AT_WORK.site,
        binId,
        name: binId,
        locationId: 'l',
        itemId: 'bolt',
      })),
    });
    beforeEach(async () => {
      db = await withoutRescue(await makeMigratedPostgres());
      await seedCatalogue(db, catalogue, 0);
    });
    const lockBin = (tx: Tx, binId: string, wait: 'nowait' | '' = ''): Promise<unknown> =>
      sql`select from item_location where bin_id = ${binId} for update ${sql.raw(wait)}`.execute(tx);

    test('it holds nothing that a decision about several bins still needs', async () => {
      let seeding: Promise<void> | undefined;
      await withTenant(db, AT_WORK.tenant, async (tx) => {
        await lockBin(tx, 'b1');
        seeding = seedCatalogue(db, catalogue, 1);
        await waiting(db, 1);
        await lockBin(tx, 'b2', 'nowait');
        await lockBin(tx, 'b3', 'nowait');
      });
      await seeding;
    });

    test('it holds no bin while it waits for a batch of readings', async () => {
      let seeding: Promise<void> | undefined;
      await withTenant(db, AT_WORK.tenant, async (tx) => {
        await sql`update site_ledger set version = version + 1`.execute(tx);
        seeding = seedCatalogue(db, catalogue, 1);
        await waiting(db, 1);
        for (const binId of ['b1', 'b2', 'b3']) await lockBin(tx, binId, 'nowait');
      });
      await seeding;
    });
  });
});
