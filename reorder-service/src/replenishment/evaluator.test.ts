import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import type { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import type { OrderDispatcher } from '../suppliers/order-dispatcher.ts';
import { Evaluator } from './evaluator.ts';
import { LeftBehind } from './left-behind.ts';
import { BinStory, TEST_LOGGER, testMetrics } from './situation.ts';

onEachEngine('bins whose time has come', (database) => {
  const evaluatorOf = (story: BinStory): Evaluator => {
    const asleep = { wake: () => undefined };
    const [publisher, dispatcher] = [asleep as EventPublisher, asleep as OrderDispatcher];
    const clock = (): number => story.nowMs;
    return new Evaluator(database.db, clock, TEST_LOGGER, testMetrics(), publisher, dispatcher, new TouchedBins());
  };

  const dueAtOf = async (story: BinStory): Promise<number | null | undefined> => {
    const row = await database.db
      .selectFrom('item_location')
      .select('evaluate_at_ms')
      .where('tenant_id', '=', story.tenantId)
      .executeTakeFirst();
    return row?.evaluate_at_ms;
  };

  test('one that fails is tried again in a minute, not at once', async () => {
    const story = await BinStory.of(database.db, {
      policy: 'type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 2',
    });
    await story.showsAndDecides(18);
    story.later(2_000);
    // An order number that is taken: no order can be written.
    await database.db
      .insertInto('purchase_order')
      .values({
        tenant_id: story.tenantId,
        site_id: 'plant-1',
        supplier_id: 'bolts',
        order_number: 'PO-000001',
        status: 'CLOSED',
        sentence: 'in the way',
        created_at_ms: 1,
        closed_at_ms: 1,
      })
      .execute();
    await evaluatorOf(story).evaluateNow(story.site, ['A-01']);
    expect(await dueAtOf(story)).toBe(story.nowMs + 60_000);
    await database.db.updateTable('purchase_order').set({ order_number: 'moved' }).execute();
    story.later(60_000);
    expect(await story.decide()).toBe('ORDER');
  });

  test('what may have been left behind is offered once, and again when something about it changed', async () => {
    const story = await BinStory.of(database.db, {
      policy: 'type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0, shadow: true',
    });
    const leftBehind = new LeftBehind();
    const offered = async (): Promise<number> => {
      const bins = await leftBehind.next(database.db, story.nowMs);
      return bins.filter((bin) => bin.tenant_id === story.tenantId).length;
    };
    expect(await offered()).toBe(1);
    await story.showsAndDecides(18);
    expect(await offered()).toBe(1);
    // In shadow it stays low and undecided for ever: nothing to do with a crash.
    for (let sweep = 0; sweep < 5; sweep += 1) expect(await offered()).toBe(0);
    await story.shows(12);
    expect(await offered()).toBe(1);
    story.later(31 * 60_000);
    expect(await offered()).toBe(1);
    // Another process has seen nothing yet.
    expect(await new LeftBehind().next(database.db, story.nowMs)).toEqual(
      expect.arrayContaining([expect.objectContaining({ tenant_id: story.tenantId })]),
    );
  });

  test('what was covered by an order that ended while nobody looked is found', async () => {
    const story = await BinStory.of(database.db, {
      policy: 'type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0',
    });
    expect(await story.showsAndDecides(18)).toBe('ORDER');
    expect(await story.showsAndDecides(17)).toBe('COVERED');
    const offered = async (): Promise<boolean> => {
      const bins = await new LeftBehind().next(database.db, story.nowMs);
      return bins.some((bin) => bin.tenant_id === story.tenantId);
    };
    expect(await offered()).toBe(false);
    const own = (table: 'purchase_order' | 'purchase_order_line') =>
      database.db.updateTable(table).where('tenant_id', '=', story.tenantId);
    await own('purchase_order_line').set({ open: false }).execute();
    await own('purchase_order').set({ status: 'CLOSED', closed_at_ms: story.nowMs }).execute();
    expect(await offered()).toBe(true);
  });

  test('a lead time of a part of a day is no obstacle', async () => {
    const story = await BinStory.of(database.db, { supplierItem: ', leadTimeDays: 0.123456789' });
    expect(await story.showsAndDecides(18)).toBe('ORDER');
  });
});
