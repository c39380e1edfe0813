import { randomUUID } from 'node:crypto';

import type { OrderEvent, StockEvent } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import type { CentralPublisher } from '../mqtt/central-publisher.ts';
import { BinStory, TEST_LOGGER, testMetrics } from '../replenishment/situation.ts';
import { enqueueEvents } from './event-outbox.ts';
import { EventPublisher } from './event-publisher.ts';

onEachEngine('events on their way to the broker', (database) => {
  async function threeChanges() {
    await database.db.deleteFrom('message_outbox').execute();
    const { site } = await BinStory.of(database.db);
    for (const sequence of [1, 2, 3])
      await withTenant(database.db, site.tenantId, (tx) =>
        enqueueEvents(tx, site, `shelfwire/1/${site.tenantId}/plant-1/stock`, [changeOf(sequence)], 1_000),
      );
  }

  function publisherTo(publishEvent: (topic: string, event: OrderEvent | StockEvent) => Promise<void>) {
    const central = { connected: true, publishEvent } as unknown as CentralPublisher;
    const metrics = testMetrics();
    let nowMs = 2_000;
    const publisher = new EventPublisher(database.db, () => nowMs, TEST_LOGGER, metrics, central);
    return { publisher, metrics, pass: (ms: number) => (nowMs += ms) };
  }

  async function waiting(): Promise<number[]> {
    const rows = await database.db.selectFrom('message_outbox').select('payload').orderBy('position').execute();
    return rows.flatMap(({ payload }) => (payload as { events: StockEvent[] }).events.map((event) => event.sequence));
  }

  test('leave in the order of the commits, and then nothing waits', async () => {
    await threeChanges();
    const told: number[] = [];
    const { publisher } = publisherTo((_, event) => {
      told.push((event as StockEvent).sequence);
      return Promise.resolve();
    });
    await publisher.publishDue();
    expect(told).toEqual([1, 2, 3]);
    expect(await waiting()).toEqual([]);
  });

  test('stay if the broker did not acknowledge them, the acknowledged before them do not, and go when the lease is over', async () => {
    await threeChanges();
    const told: number[] = [];
    let isCut = true;
    const { publisher, pass } = publisherTo((_, event) => {
      const { sequence } = event as StockEvent;
      if (isCut && sequence === 2) return Promise.reject(new Error('the line is cut'));
      told.push(sequence);
      return Promise.resolve();
    });
    await expect(publisher.publishDue()).rejects.toThrow('the line is cut');
    expect(await waiting()).toEqual([2, 3]);
    isCut = false;
    await publisher.publishDue();
    expect(told, 'another replica might still be sending them').toEqual([1]);
    pass(30_000);
    await publisher.publishDue();
    expect(told).toEqual([1, 2, 3]);
    expect(await waiting()).toEqual([]);
  });

  test('are counted while they wait', async () => {
    await threeChanges();
    const { publisher, metrics, pass } = publisherTo(() => Promise.reject(new Error('the line is cut')));
    await expect(publisher.publishDue()).rejects.toThrow('the line is cut');
    pass(1_000);
    await publisher.publishDue();
    expect(await metrics.registry.getSingleMetricAsString('shelfwire_reorder_outbox_pending')).toContain('pending 3');
  });
});

function changeOf(sequence: number): StockEvent {
  return {
    schema: 'stock/1',
    eventId: randomUUID(),
    binId: 'A-01',
    itemId: 'm8',
    sequence,
    atMs: 1_000,
    change: -1,
    onHand: 10 - sequence,
    uncertainty: 0,
    onOrder: 0,
    inventoryPosition: 10 - sequence,
    status: 'OK',
  };
}
