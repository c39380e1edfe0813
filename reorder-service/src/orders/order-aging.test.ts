import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { BinStory, TEST_CONFIG, TEST_LOGGER } from '../replenishment/situation.ts';
import { OrderAging } from './order-aging.ts';
import { changeOrder, lockOrder } from './order-store.ts';

const DAY_MS = 86_400_000;

onEachEngine('aging orders', (database) => {
  async function sentOrder(): Promise<{ story: BinStory; orderId: string; touched: string[]; aging: OrderAging }> {
    const story = await BinStory.of(database.db, { supplierItem: ', leadTimeDays: 3' });
    await story.showsAndDecides(18);
    const orderId = (await story.orders())[0]?.orderId ?? '';
    await withTenant(database.db, story.tenantId, async (tx) => {
      const order = await lockOrder(tx, story.tenantId, orderId);
      if (order) await changeOrder(tx, order, { kind: 'sent' }, { actor: 'test', nowMs: story.nowMs });
    });
    const touchedBins = new TouchedBins();
    const touched: string[] = [];
    touchedBins.touches.subscribe((touch) => touched.push(...touch.binIds));
    const aging = new OrderAging(database.db, TEST_CONFIG, () => story.nowMs, TEST_LOGGER, touchedBins);
    return { story, orderId, touched, aging };
  }

  const eventsOf = async (orderId: string): Promise<string[]> => {
    const rows = await database.db
      .selectFrom('order_event')
      .select('event')
      .where('order_id', '=', orderId)
      .where('actor', '=', 'aging')
      .orderBy('order_event_id')
      .execute();
    return rows.map(({ event }) => event);
  };

  test('an order that nobody acknowledges is told about level by level, each once, and covers nothing any more', async () => {
    const { story, orderId, touched, aging } = await sentOrder();
    const ages = async (days: number): Promise<void> => {
      story.later(days * DAY_MS);
      for (let i = 0; i < 2; i += 1) await aging.age();
    };
    await ages(0.9);
    expect(await eventsOf(orderId)).toEqual([]);
    await ages(0.2);
    expect(await eventsOf(orderId)).toEqual(['SupplierReminded']);
    expect((await story.orders())[0]?.attention).toBeNull();
    expect(await remindersOf(orderId)).toMatchObject([{ payload: { about: 'acknowledgement' } }]);
    expect(await story.showsAndDecides(18)).toBe('COVERED');
    touched.length = 0;
    await ages(1);
    expect(await eventsOf(orderId)).toEqual(['SupplierReminded', 'OrderUnacknowledged']);
    expect(touched).toEqual(['A-01']);
    // Also if the process dies before the touch is heard.
    const bin = await database.db
      .selectFrom('item_location')
      .select('evaluate_at_ms')
      .where('tenant_id', '=', story.tenantId)
      .executeTakeFirst();
    expect(bin?.evaluate_at_ms).toBe(story.nowMs);
    expect((await story.orders())[0]?.attention).toMatch(/^the supplier has not acknowledged it/);
    expect(await story.showsAndDecides(18)).toBe('HELD');
    await ages(2.1);
    expect((await eventsOf(orderId)).at(-1)).toMatch(/Escalated$/);
    await ages(10);
    expect(await eventsOf(orderId)).toHaveLength(3);
  });

  test('a supplier that never acknowledges is believed until the order is due, and a new promise starts anew', async () => {
    const { story, orderId, aging } = await sentOrder();
    await database.db
      .updateTable('supplier')
      .set({ acknowledge_within_ms: null })
      .where('tenant_id', '=', story.tenantId)
      .execute();
    await aging.age();
    story.later(2.5 * DAY_MS);
    await aging.age();
    expect(await eventsOf(orderId)).toEqual([]);
    expect(await story.showsAndDecides(18)).toBe('COVERED');
    story.later(2 * DAY_MS);
    await aging.age();
    expect(await eventsOf(orderId)).toEqual(['OrderOverdue']);
    await withTenant(database.db, story.tenantId, async (tx) => {
      const order = await lockOrder(tx, story.tenantId, orderId);
      const promisedDeliveryAtMs = story.nowMs + DAY_MS;
      const lines = [{ lineNumber: 1, code: 'DR' as const, confirmedQuantity: 50, promisedDeliveryAtMs }];
      if (order) await changeOrder(tx, order, { kind: 'acknowledge', lines }, { actor: 'test', nowMs: story.nowMs });
    });
    expect(await story.showsAndDecides(18)).toBe('COVERED');
    story.later(1.5 * DAY_MS);
    await aging.age();
    expect(await eventsOf(orderId)).toEqual(['OrderOverdue', 'SupplierReminded']);
  });

  const remindersOf = (orderId: string) =>
    database.db
      .selectFrom('message_outbox')
      .select('payload')
      .where('order_id', '=', orderId)
      .where('kind', '=', 'reminder')
      .execute();
});
