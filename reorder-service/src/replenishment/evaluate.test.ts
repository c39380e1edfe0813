import type { KyselyPlugin } from 'kysely';
import { expect, test } from 'vitest';

import { onEachEngine, onPostgres } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import { positionOf } from './decide.ts';
import { evaluate } from './evaluate.ts';
import { loadSituations } from './load-inputs.ts';
import { BinStory } from './situation.ts';

onEachEngine('deciding', (database) => {
  test('a low shelf is ordered once, however often it is looked at', async () => {
    const story = await BinStory.of(database.db);
    await story.shows(50);
    expect(await story.decide()).toBe('WAIT');
    expect(await story.showsAndDecides(18)).toBe('ORDER');
    for (let i = 0; i < 100; i += 1) expect(await story.later(3_600_000).showsAndDecides(18)).toBe('COVERED');
    expect(await story.orders()).toMatchObject([{ ordered: 50, status: 'APPROVED' }]);
    expect(await story.openEpisodes()).toBe(1);
  });

  test('a low must last before it is believed, and a flicker starts it anew', async () => {
    const story = await BinStory.of(database.db, {
      policy: 'type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 2',
    });
    await story.shows(50);
    expect(await story.showsAndDecides(18)).toBe('WAIT');
    expect(await story.later(1_500).showsAndDecides(30)).toBe('WAIT');
    expect(await story.later(1_500).showsAndDecides(18)).toBe('WAIT');
    expect(await story.later(1_900).decide()).toBe('WAIT');
    expect(await story.later(200).decide()).toBe('ORDER');
  });

  test('a shelf that recovers by itself ends its episode', async () => {
    const story = await BinStory.of(database.db);
    await story.shows(18);
    await story.decide();
    await database.db
      .updateTable('purchase_order_line')
      .set({ open: false })
      .where('tenant_id', '=', story.tenantId)
      .execute();
    expect(await story.showsAndDecides(90)).toBe('WAIT');
    expect(await story.openEpisodes()).toBe(0);
  });

  test('doubt holds the order and asks for one count, and lets go when the sensor is well', async () => {
    const story = await BinStory.of(database.db);
    await story.shows(50);
    await story.shows(10, { quality: 'uncalibrated' });
    expect(await story.decide()).toBe('HELD');
    expect(await story.decide()).toBe('HELD');
    const tasks = await database.db
      .selectFrom('counting_task')
      .select('reason')
      .where('tenant_id', '=', story.tenantId)
      .execute();
    expect(tasks).toEqual([{ reason: 'the sensor is not calibrated' }]);
    expect(await story.orders()).toEqual([]);
    expect(await story.showsAndDecides(10)).toBe('ORDER');
  });

  test('a silent sensor is doubt', async () => {
    const story = await BinStory.of(database.db);
    await story.shows(18);
    expect(await story.later(16 * 60_000).decide()).toBe('HELD');
    expect(await story.orders()).toEqual([]);
  });

  test('a flicker does not undo a snooze', async () => {
    const story = await BinStory.of(database.db);
    await story.showsAndDecides(18);
    const snoozedUntilMs = story.nowMs + 600_000;
    for (const table of ['purchase_order', 'purchase_order_line'] as const) {
      const closed =
        table === 'purchase_order' ? { status: 'CANCELLED' as const, closed_at_ms: story.nowMs } : { open: false };
      await database.db.updateTable(table).set(closed).where('tenant_id', '=', story.tenantId).execute();
    }
    await database.db
      .updateTable('episode')
      .set({ snoozed_until_ms: snoozedUntilMs })
      .where('tenant_id', '=', story.tenantId)
      .execute();
    expect(await story.showsAndDecides(18)).toBe('SNOOZED');
    expect(await story.showsAndDecides(90)).toBe('WAIT');
    expect(await story.showsAndDecides(18)).toBe('SNOOZED');
    expect(await story.showsAndDecides(90)).toBe('WAIT');
    expect(await plannedOf(story)).toEqual({ atMs: snoozedUntilMs });
    expect(await story.later(600_000).decide()).toBe('WAIT');
    expect(await story.openEpisodes()).toBe(0);
  });

  test('a review that doubt holds is made when the doubt is over, and the next one is planned', async () => {
    const story = await BinStory.of(database.db, {
      policy: 'type: PERIODIC, orderUpTo: 60, reviewDays: [MON, TUE, WED, THU, FRI, SAT, SUN], confirmSeconds: 0',
    });
    await story.showsAndDecides(18);
    const planned = await plannedOf(story);
    await story.shows(18, { quality: 'uncalibrated' });
    expect(await story.decide()).toBe('HELD');
    expect(await plannedOf(story)).toEqual(planned);
    expect(await story.later(30 * 3_600_000).showsAndDecides(18)).toBe('ORDER');
    expect((await plannedOf(story))?.atMs).toBeGreaterThan(story.nowMs);
  });

  const plannedOf = (story: BinStory) =>
    database.db
      .selectFrom('item_location')
      .select('evaluate_at_ms as atMs')
      .where('tenant_id', '=', story.tenantId)
      .executeTakeFirst();

  test('one bin that cannot be decided does not stop the others', async () => {
    const [bad, good] = [await BinStory.of(database.db), await BinStory.of(database.db)];
    await bad.shows(18);
    await good.shows(18);
    await database.db
      .updateTable('tenant')
      .set({ next_order_number: 1 })
      .where('tenant_id', '=', bad.tenantId)
      .execute();
    await database.db
      .insertInto('purchase_order')
      .values({
        tenant_id: bad.tenantId,
        site_id: 'plant-1',
        supplier_id: 'bolts',
        order_number: 'PO-000001',
        status: 'CLOSED',
        sentence: 'in the way',
        created_at_ms: 1,
        closed_at_ms: 1,
      })
      .execute();
    const evaluation = await evaluate(database.db, bad.site, ['A-01'], bad.nowMs);
    expect(evaluation.failures).toHaveLength(1);
    expect(await good.decide()).toBe('ORDER');
  });
});

onPostgres('several replicas', (database) => {
  test('a delivery that is booked while the situation is read is never missing from it', async () => {
    const story = await BinStory.of(database.db);
    await story.showsAndDecides(18);
    await database.db
      .updateTable('purchase_order')
      .set({ status: 'SENT', sent_at_ms: story.nowMs })
      .where('tenant_id', '=', story.tenantId)
      .execute();
    let queries = 0;
    const delivery: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        queries += 1;
        if (queries === 1) await story.shows(68);
        return result;
      },
    };
    const [situation] = await withTenant(database.db, story.tenantId, (tx) =>
      loadSituations(tx.withPlugin(delivery), story.site, ['A-01'], story.nowMs),
    );
    expect(await story.orders()).toMatchObject([{ received: 50, open: false }]);
    expect(situation && positionOf(situation.input.position)).toBeGreaterThanOrEqual(68);
  });

  test('sixteen evaluators at once and a hundred flapping readings make one order', async () => {
    const story = await BinStory.of(database.db);
    await story.shows(25);
    for (let i = 0; i < 100; i += 1) {
      await story.shows(i % 2 === 0 ? 18 : 25);
      if (i % 10 === 0) {
        await Promise.all(Array.from({ length: 16 }, () => evaluate(database.db, story.site, ['A-01'], story.nowMs)));
      }
    }
    const all = await Promise.all(
      Array.from({ length: 16 }, () => evaluate(database.db, story.site, ['A-01'], story.nowMs)),
    );
    expect(all.flatMap((each) => each.failures)).toEqual([]);
    expect(await story.orders()).toHaveLength(1);
    expect(await story.openEpisodes()).toBe(1);
  });

  test('sixteen evaluators that see the same low at the same moment make one order', async () => {
    for (let round = 0; round < 10; round += 1) {
      const story = await BinStory.of(database.db);
      await story.shows(18);
      const all = await Promise.all(
        Array.from({ length: 16 }, () => evaluate(database.db, story.site, ['A-01'], story.nowMs)),
      );
      expect(all.flatMap((each) => each.orders)).toHaveLength(1);
      expect(await story.orders()).toHaveLength(1);
    }
  });
});
