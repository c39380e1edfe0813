import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { BinStory, TEST_LOGGER } from '../replenishment/situation.ts';
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
    return { story, orderId, touched, aging: new OrderAging(database.db, () => story.nowMs, TEST_LOGGER, touchedBins) };
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

  test('an order that nobody acknowledges is told about, and is found overdue all the same, each once', async () => {
    const { story, orderId, touched, aging } = await sentOrder();
    story.later(1.5 * DAY_MS);
    for (let i = 0; i < 2; i += 1) await aging.age();
    expect(await eventsOf(orderId)).toEqual(['OrderUnacknowledged']);
    touched.length = 0;
    story.later(3 * DAY_MS);
    for (let i = 0; i < 2; i += 1) await aging.age();
    expect(await eventsOf(orderId)).toEqual(['OrderUnacknowledged', 'OrderOverdue']);
    expect(touched).toEqual(['A-01']);
    // Also if the process dies before the touch is heard.
    const bin = await database.db
      .selectFrom('item_location')
      .select('evaluate_at_ms')
      .where('tenant_id', '=', story.tenantId)
      .executeTakeFirst();
    expect(bin?.evaluate_at_ms).toBe(story.nowMs);
    expect((await story.orders())[0]?.attention).toBe(
      'overdue: it no longer counts as cover; the supplier has not acknowledged it',
    );
  });
});
