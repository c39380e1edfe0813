import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { parseCatalogue } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { withTenant } from '../database/with-tenant.ts';
import type { EventPublisher } from '../events/event-publisher.ts';
import { applyReadings } from '../stock/apply-readings.ts';
import type { OrderDispatcher } from '../suppliers/order-dispatcher.ts';
import { evaluate } from './evaluate.ts';
import { policySchema } from './policy.ts';
import { SendTrucks } from './send-trucks.ts';
import { BinStory, TEST_LOGGER, testMetrics } from './situation.ts';
import { gatherUntil, isFull, slackMsOf, type Truck } from './truck.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const TRUCK: Truck = { cutOff: '10:00', waitHoursMax: 72 };

describe('a truck', () => {
  test('is full as soon as one of its minimums is reached, and without any never', () => {
    const load = { amountCents: 10_000, grams: 50_000, units: 20 };
    expect(isFull({ ...TRUCK, minValue: 100 }, load)).toBe(true);
    expect(isFull({ ...TRUCK, minValue: 101, minWeightKg: 51, minUnits: 21 }, load)).toBe(false);
    expect(isFull({ ...TRUCK, minValue: 101, minUnits: 20 }, load)).toBe(true);
    expect(isFull({ ...TRUCK, minValue: 1 }, { ...load, amountCents: null })).toBe(false);
    expect(isFull(TRUCK, load)).toBe(false);
  });

  test('waits for its day, for the longest wait or for the bin that cannot wait, whichever is first', () => {
    const monday = Date.parse('2026-11-23T12:00:00Z');
    const friday = { ...TRUCK, days: ['FRI' as const] };
    expect(gatherUntil(friday, 'Europe/Berlin', 99 * DAY_MS, monday)).toBe(monday + 72 * HOUR_MS);
    const patient = { ...friday, waitHoursMax: 744 };
    expect(gatherUntil(patient, 'Europe/Berlin', 99 * DAY_MS, monday)).toBe(Date.parse('2026-11-27T09:00:00Z'));
    expect(gatherUntil(patient, 'Europe/Berlin', HOUR_MS, monday)).toBe(monday + HOUR_MS);
    expect(gatherUntil(patient, 'Europe/Berlin', -HOUR_MS, monday)).toBe(monday);
  });

  test('a bin waits as long as its usable stock outlasts the lead time', () => {
    const policy = policySchema.parse({ type: 'MIN_MAX', reorderPoint: 20, orderUpTo: 60, safetyStock: 5 });
    const bin = (onHand: number) => ({
      policy,
      reorderPoint: 20,
      position: { onHand, onOrder: 0, reserved: 0, backordered: 0 },
    });
    // 15 usable at 3 a day last 5 days, and the goods take 2.
    expect(slackMsOf(bin(20), 3, 2)).toBe(3 * DAY_MS);
    expect(slackMsOf(bin(5), 3, 2)).toBe(0);
    expect(slackMsOf(bin(20), 0, 2)).toBe(Number.POSITIVE_INFINITY);
    // Unknown demand: the reorder point is meant to last for the lead time.
    expect(slackMsOf(bin(20), undefined, 2)).toBe(0);
  });
});

onEachEngine('a supplier with a truck', (database) => {
  const asleep = { wake: () => undefined };

  async function twoBins(truck: object, budget = ''): Promise<{ story: BinStory; send: SendTrucks }> {
    const story = await BinStory.of(database.db, {
      supplierItem: ', leadTimeDays: 1, price: 2',
      policy: 'type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0, safetyStock: 2',
    });
    const { tenantId } = story;
    const yaml = `
tenants: [{ tenantId: ${tenantId}, name: D, sites: [{ siteId: plant-1, name: P, locations: [{ locationId: hall, name: H }] }] }]
suppliers: [{ tenantId: ${tenantId}, supplierId: bolts, name: Bolts Ltd, endpoint: 'http://127.0.0.1:1', apiToken: token-${tenantId}, truck: ${JSON.stringify(truck)} }]
items: [{ tenantId: ${tenantId}, itemId: m8, sku: M8, name: M8 bolts, pieceGrams: 10, itemClass: fasteners }]
bins: [{ tenantId: ${tenantId}, siteId: plant-1, binId: A-02, name: A 2, locationId: hall, itemId: m8, sensor: { deviceId: scale-02, kind: weight } }]
policies: [{ tenantId: ${tenantId}, siteId: plant-1, binId: A-02, type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0 }]
${budget.replaceAll('TENANT', tenantId)}`;
    await seedCatalogue(database.db, parseCatalogue(yaml, 'test'), story.nowMs);
    // Two weeks in which little was used: the bins can wait.
    await story.shows(40);
    await story.shows(40, { deviceId: 'scale-02' });
    story.later(20 * DAY_MS);
    await story.shows(20);
    await story.shows(20, { deviceId: 'scale-02' });
    const publisher = asleep as EventPublisher;
    const dispatcher = asleep as OrderDispatcher;
    const clock = (): number => story.nowMs;
    return { story, send: new SendTrucks(database.db, clock, TEST_LOGGER, testMetrics(), publisher, dispatcher) };
  }

  const decide = (story: BinStory, binId: string) => evaluate(database.db, story.site, [binId], story.nowMs);

  test('gathers the needs of several bins in one order, each once, until the truck leaves', async () => {
    const { story, send } = await twoBins({ waitHoursMax: 24 });
    await decide(story, 'A-01');
    expect(await story.orders()).toMatchObject([{ status: 'DRAFT', ordered: 40 }]);
    expect(await story.decide()).toBe('COVERED');
    await decide(story, 'A-02');
    const orders = await story.orders();
    expect(orders).toMatchObject([{ status: 'DRAFT' }, { status: 'DRAFT' }]);
    expect(new Set(orders.map((order) => order.orderNumber)).size).toBe(1);
    expect(orders[0]?.sentence).toMatch(/for bin A 1 because .*\. Ordered 4 packs = 40 pcs of M8 bolts for bin A 2/);
    expect(await story.openEpisodes()).toBe(2);
    expect(await send.run()).toBe(0);
    story.later(24 * HOUR_MS);
    expect(await send.run()).toBe(1);
    expect(await send.run()).toBe(0);
    expect((await story.orders()).map((order) => order.status)).toEqual(['APPROVED', 'APPROVED']);
    const proofs = await database.db
      .selectFrom('order_proof')
      .select('line_number')
      .where('tenant_id', '=', story.tenantId)
      .execute();
    expect(new Set(proofs.map((proof) => proof.line_number))).toEqual(new Set([1, 2]));
  });

  test('a bin that cannot wait goes at once: with less than two weeks of history, and with just enough it waits', async () => {
    const atReorderPointAfter = async (days: number): Promise<string | undefined> => {
      const story = await BinStory.of(database.db, {
        supplierItem: ', leadTimeDays: 1',
        policy: 'type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0',
      });
      const truck = JSON.stringify({ cutOff: '10:00', waitHoursMax: 24 });
      const { tenantId } = story;
      await database.db.updateTable('supplier').set({ truck }).where('tenant_id', '=', tenantId).execute();
      // Long after the other tests, which send what is due at their time.
      await story.later(100 * DAY_MS).shows(20);
      story.later(days * DAY_MS);
      await story.shows(20);
      await story.decide();
      return (await story.orders())[0]?.status;
    };
    expect(await atReorderPointAfter(13)).toBe('APPROVED');
    expect(await atReorderPointAfter(14)).toBe('DRAFT');
  });

  test('gathers what goes to one site, and nothing for another site or tenant', async () => {
    const [ours, theirs] = [await twoBins({ waitHoursMax: 24 }), await twoBins({ waitHoursMax: 24 })];
    const { story } = ours;
    const { tenantId } = story;
    const yaml = `
tenants: [{ tenantId: ${tenantId}, name: D, sites: [{ siteId: plant-2, name: P, locations: [{ locationId: hall, name: H }] }] }]
items: [{ tenantId: ${tenantId}, itemId: m8, sku: M8, name: M8 bolts, pieceGrams: 10, itemClass: fasteners }]
bins: [{ tenantId: ${tenantId}, siteId: plant-2, binId: F-01, name: F 1, locationId: hall, itemId: m8, sensor: { deviceId: scale-far, kind: weight } }]
policies: [{ tenantId: ${tenantId}, siteId: plant-2, binId: F-01, type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0 }]`;
    await seedCatalogue(database.db, parseCatalogue(yaml, 'test'), story.nowMs);
    await decide(story, 'A-01');
    await decide(theirs.story, 'A-01');
    const farAway = { tenantId, siteId: 'plant-2' };
    const reading = { sequence: 1, count: { binId: 'F-01', quantity: 20, by: 'ann', atMs: story.nowMs } };
    const incoming = {
      gatewayId: 'person',
      outboxId: randomUUID(),
      readings: [{ ...reading, reading: undefined, raw: '' }],
    };
    await withTenant(database.db, tenantId, (tx) =>
      applyReadings(tx, farAway, incoming, { nowMs: story.nowMs, remembered: undefined }),
    );
    await evaluate(database.db, farAway, ['F-01'], story.nowMs);
    const orders = await database.db
      .selectFrom('purchase_order_line')
      .select(['order_id', 'site_id'])
      .where('tenant_id', '=', tenantId)
      .execute();
    expect(orders.map((line) => line.site_id).sort()).toEqual(['plant-1', 'plant-2']);
    expect(new Set(orders.map((line) => line.order_id)).size).toBe(2);
    expect(await theirs.story.orders()).toHaveLength(1);
  });

  test('is due with its last line, and of unknown price as soon as one line is', async () => {
    const { story } = await twoBins({ waitHoursMax: 72 });
    const head = () =>
      database.db
        .selectFrom('purchase_order')
        .select(['due_at_ms as dueAtMs', 'amount_cents as cents'])
        .where('tenant_id', '=', story.tenantId)
        .executeTakeFirstOrThrow();
    await decide(story, 'A-01');
    const first = await head();
    expect(first.cents).toBe(800);
    story.later(2 * DAY_MS);
    await story.shows(20, { deviceId: 'scale-02' });
    const unknown = { price_breaks: '[]' };
    await database.db.updateTable('supplier_item').set(unknown).where('tenant_id', '=', story.tenantId).execute();
    await decide(story, 'A-02');
    const both = await head();
    expect(both.dueAtMs).toBeGreaterThan(first.dueAtMs ?? 0);
    expect(both.cents).toBeNull();
  });

  test('leaves at once when it is full', async () => {
    const { story } = await twoBins({ minUnits: 8 });
    await decide(story, 'A-01');
    expect(await story.orders()).toMatchObject([{ status: 'DRAFT' }]);
    await decide(story, 'A-02');
    expect(await story.orders()).toMatchObject([{ status: 'APPROVED' }, { status: 'APPROVED' }]);
  });

  test('leaves before a bin runs empty, full or not', async () => {
    const { story, send } = await twoBins({ minUnits: 100, waitHoursMax: 700 });
    await decide(story, 'A-01');
    expect(await send.run()).toBe(0);
    // Somebody took nearly all: two are left, the safety stock.
    await story.shows(2);
    expect(await send.run()).toBe(1);
    expect(await story.orders()).toMatchObject([{ status: 'APPROVED' }]);
  });

  test('an order over the budget waits for a person and says why, one inside it goes', async () => {
    const budget = 'budgets: [{ tenantId: TENANT, budgetId: fasteners, itemClass: fasteners, monthly: 12 }]';
    const { story } = await twoBins({ minUnits: 1 }, budget);
    await decide(story, 'A-01');
    await decide(story, 'A-02');
    expect(await story.orders()).toMatchObject([
      { status: 'APPROVED' },
      {
        status: 'PENDING_APPROVAL',
        attention: 'over the budget fasteners: 8.00 spent this month + 8.00 is more than 12.00',
      },
    ]);
  });
});
