import { sql } from 'kysely';
import { expect, test } from 'vitest';

import { onEachEngine, onPostgres } from '../database/on-each-engine.ts';
import { BinStory } from '../replenishment/situation.ts';
import { forgetOld, OBSERVATIONS_KEPT_MS } from './forget-old.ts';
import { findViolations } from './invariants.ts';
import { markDeadStock } from './mark-dead-stock.ts';
import { mergeRanges } from './merge-old-runs.ts';

onEachEngine('upkeep', (database) => {
  test('finds nothing in books that balance, and names what does not', async () => {
    const story = await BinStory.of(database.db);
    await story.shows(50);
    await story.shows(18);
    await story.decide();
    expect(await findViolations(database.db)).toEqual([]);
    await database.db.updateTable('stock_level').set({ on_hand: 17 }).where('tenant_id', '=', story.tenantId).execute();
    await database.db
      .updateTable('purchase_order')
      .set({ closed_at_ms: 1 })
      .where('tenant_id', '=', story.tenantId)
      .execute();
    const violations = await findViolations(database.db);
    expect(violations.map(({ invariant }) => invariant).sort()).toEqual([
      'closed-order-is-not-on-order',
      'level-is-sum',
    ]);
    expect(violations).toContainEqual(expect.objectContaining({ detail: 'plant-1/A-01 says 17, its movements 18' }));
    await database.db.updateTable('stock_level').set({ on_hand: 18 }).where('tenant_id', '=', story.tenantId).execute();
  });

  test('of a device that no bin knows the newest readings are kept, and no more than can be looked at', async () => {
    const story = await BinStory.of(database.db);
    await sql`
      insert into parked_reading
        (tenant_id, site_id, gateway_id, outbox_id, sequence, device_id, reason, reading, parked_at_ms)
      select ${story.tenantId}, 'plant-1', 'gw', 'outbox', n, 'stranger', 'unknown-device', '{}', ${Date.now()}::bigint
      from generate_series(1, 10050) n`.execute(database.db);
    await forgetOld(database.db, Date.now());
    const { rows } = await sql<{ count: number; oldest: number }>`
      select count(*) as count, min(sequence) as oldest from parked_reading
      where tenant_id = ${story.tenantId}`.execute(database.db);
    expect(rows).toEqual([{ count: 10_000, oldest: 51 }]);
  });

  test('what nobody takes for long is dead stock, until somebody takes of it', async () => {
    const story = await BinStory.of(database.db);
    const [status, days] = [() => statusOf(story.tenantId), (count: number): number => count * 86_400_000];
    const mark = async (): Promise<void> => void (await markDeadStock(database.db, 90, story.nowMs));
    await story.shows(55);
    await story.showsAndDecides(50);
    await story.later(days(89)).showsAndDecides(50);
    await mark();
    expect(await status()).toBe('OK');
    await story.later(days(2)).showsAndDecides(50);
    await mark();
    expect(await status()).toBe('DEAD');
    await story.decide();
    expect(await status()).toBe('DEAD');
    await story.showsAndDecides(48);
    await mark();
    expect(await status()).toBe('OK');
  });

  test('what is low or in doubt says so, however long nobody took of it', async () => {
    const low = await BinStory.of(database.db, {
      policy: 'type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, shadow: true',
    });
    await low.showsAndDecides(18);
    const doubtful = await BinStory.of(database.db);
    await doubtful.showsAndDecides(50);
    await doubtful.later(86_400_000).decide();
    await markDeadStock(database.db, 90, low.nowMs + 100 * 86_400_000);
    expect([await statusOf(low.tenantId), await statusOf(doubtful.tenantId)]).toEqual(['BELOW_REORDER', 'UNKNOWN']);
  });

  async function statusOf(tenantId: string): Promise<string | undefined> {
    const levels = database.db.selectFrom('stock_level').select('status').where('tenant_id', '=', tenantId);
    return (await levels.executeTakeFirst())?.status;
  }

  test('forgets old observations, and still knows their readings when they come again', async () => {
    const story = await BinStory.of(database.db);
    for (const pieces of [50, 49, 48]) await story.shows(pieces);
    const movements = await movementsOf(story.tenantId);
    expect(await forgetOld(database.db, Date.now() + 100 * OBSERVATIONS_KEPT_MS)).toBeGreaterThan(0);
    const runs = database.db.selectFrom('applied_run').selectAll().where('tenant_id', '=', story.tenantId);
    expect(await runs.execute()).toEqual([]);
    await story.showsAgain(2, 20);
    expect(await movementsOf(story.tenantId)).toEqual(movements);
    await story.shows(47);
    await forgetOld(database.db, Date.now() + 100 * OBSERVATIONS_KEPT_MS);
    const ranges = await database.db
      .selectFrom('applied_range')
      .select(['first_sequence', 'last_sequence'])
      .where('tenant_id', '=', story.tenantId)
      .execute();
    expect(ranges).toEqual([{ first_sequence: 1, last_sequence: 4 }]);
    const checkpoints = database.db.selectFrom('stock_checkpoint').select('on_hand');
    expect(await checkpoints.where('tenant_id', '=', story.tenantId).execute()).toEqual([{ on_hand: 47 }]);
  });

  function movementsOf(tenantId: string) {
    return database.db.selectFrom('stock_movement').select(['change']).where('tenant_id', '=', tenantId).execute();
  }
});

onPostgres('upkeep beside the ledger', (database) => {
  test('a level that the ledger is changing is not waited for, and not called dead', async () => {
    const story = await BinStory.of(database.db);
    await story.showsAndDecides(50);
    const inHundredDays = story.nowMs + 100 * 86_400_000;
    const ledger = await database.db.startTransaction().execute();
    try {
      const level = ledger.updateTable('stock_level').where('tenant_id', '=', story.tenantId);
      await level.set({ on_hand: 49 }).execute();
      const marked = await database.db.transaction().execute(async (tx) => {
        await sql`set local lock_timeout = '2s'`.execute(tx);
        return markDeadStock(tx, 90, inHundredDays);
      });
      expect(marked).toBe(0);
    } finally {
      await ledger.rollback().execute();
    }
    expect(await markDeadStock(database.db, 90, inHundredDays)).toBe(1);
  });
});

test('ranges of one outbox that touch become one, those of another stay apart', () => {
  const range = (outboxId: string, first: number, last: number) => ({
    tenantId: 't',
    gatewayId: 'g',
    outboxId,
    first,
    last,
  });
  const ranges = [range('a', 11, 20), range('b', 3, 4), range('a', 1, 10), range('a', 30, 31), range('b', 1, 1)];
  expect(mergeRanges(ranges)).toEqual([range('a', 1, 20), range('a', 30, 31), range('b', 1, 1), range('b', 3, 4)]);
});
