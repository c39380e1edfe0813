import { randomUUID } from 'node:crypto';

import type { LineAcknowledgementCode } from '@shelfwire/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { parseCatalogue } from './catalogue/catalogue-file.ts';
import { hashApiToken, seedCatalogue } from './catalogue/seed.ts';
import { migrateToLatest } from './database/migrate.ts';
import { openDatabase, type Db } from './database/open-database.ts';
import { withTenant } from './database/with-tenant.ts';
import type { EventPublisher } from './events/event-publisher.ts';
import { TouchedBins } from './events/touched-bins.ts';
import type { OrderCommand } from './orders/order-machine.ts';
import { OrderAging } from './orders/order-aging.ts';
import { changeOrder, closeEpisodesOf, episodesOf, lockOrder } from './orders/order-store.ts';
import { nextReview } from './replenishment/calendar.ts';
import { orderQuantities } from './replenishment/order-quantity.ts';
import { BinStory, TEST_CONFIG, TEST_LOGGER, testMetrics } from './replenishment/situation.ts';
import { priceOf } from './replenishment/supply.ts';
import { StockLedger } from './stock/stock-ledger.ts';
import { StockQueries } from './stock/stock-queries.ts';
import { SupplierInbox } from './suppliers/supplier-inbox.ts';

/** What goes wrong in practice, in the numbering of the domain notes. Each happened to somebody's customers. */
let db: Db;
const DAY_MS = 86_400_000;
const SECOND_SUPPLIER =
  "- { tenantId: TENANT, supplierId: other, name: Other Ltd, endpoint: 'http://127.0.0.1:1', apiToken: other-TENANT }";

beforeAll(async () => {
  db = openDatabase('pglite:memory:');
  await migrateToLatest(db);
});
afterAll(() => db.destroy());

async function ordered(more: Parameters<typeof BinStory.of>[1] = {}): Promise<{ story: BinStory; orderId: string }> {
  const story = await BinStory.of(db, more);
  await story.shows(18);
  await story.decide();
  const [order] = await story.orders();
  return { story, orderId: order?.orderId ?? '' };
}

async function happens(story: BinStory, orderId: string, command: OrderCommand, then?: 'release' | number) {
  await withTenant(db, story.tenantId, async (tx) => {
    const order = await lockOrder(tx, story.tenantId, orderId);
    if (!order) throw new Error('no such order');
    const changed = await changeOrder(tx, order, command, { actor: 'test', nowMs: story.nowMs });
    if (!changed.ok) throw new Error(changed.detail);
    if (then === 'release') await closeEpisodesOf(tx, order, episodesOf(order), 'released', story.nowMs);
    else if (then !== undefined) {
      await tx
        .updateTable('episode')
        .set({ snoozed_until_ms: then })
        .where('episode_id', '=', order.episodeId)
        .execute();
    }
  });
}

const answer = (
  code: LineAcknowledgementCode,
  confirmedQuantity: number,
  promisedDeliveryAtMs?: number,
): OrderCommand => ({
  kind: 'acknowledge',
  lines: [{ lineNumber: 1, code, confirmedQuantity, promisedDeliveryAtMs }],
});

describe('what goes wrong in practice', () => {
  test('1: the same item is ordered again each day while the first order is open', async () => {
    const { story } = await ordered();
    for (let hour = 0; hour < 100; hour += 1) expect(await story.later(3_600_000).showsAndDecides(18)).toBe('COVERED');
    expect(await story.orders()).toHaveLength(1);
  });

  test('2: the quantity lands exactly on the trigger and fires again', async () => {
    // A maximum just above the reorder point, and a pack that fits into the gap exactly.
    const policy = 'type: FIXED_QUANTITY, reorderPoint: 20, reorderQuantity: 10, confirmSeconds: 0';
    const story = await BinStory.of(db, { policy });
    expect(await story.showsAndDecides(10)).toBe('ORDER');
    expect(await story.orders()).toMatchObject([{ ordered: 20 }]);
    expect(await story.showsAndDecides(10)).toBe('COVERED');
  });

  test('3: two runners seconds apart double the demand', async () => {
    const { story } = await ordered();
    await Promise.all(Array.from({ length: 8 }, () => story.decide()));
    expect(await story.orders()).toHaveLength(1);
    // Sixteen at the same moment on PostgreSQL: replenishment/evaluate.test.ts.
  });

  test('4: an order whose link is lost is still counted', async () => {
    const { story, orderId } = await ordered();
    await db.updateTable('purchase_order').set({ episode_id: null }).where('order_id', '=', orderId).execute();
    expect(await story.showsAndDecides(17)).toBe('COVERED');
    expect(await story.orders()).toHaveLength(1);
  });

  test('5: a changed date or quantity makes a second order only for the gap, from somebody else', async () => {
    const { story, orderId } = await ordered({ suppliers: SECOND_SUPPLIER });
    await happens(story, orderId, { kind: 'sent' });
    await happens(story, orderId, answer('DR', 50, story.nowMs + 3 * DAY_MS));
    expect(await story.showsAndDecides(18)).toBe('COVERED');
    await happens(story, orderId, answer('IQ', 20));
    expect(await story.showsAndDecides(17)).toBe('COVERED');
    expect(await story.showsAndDecides(0)).toBe('ORDER');
    expect(await story.orders()).toMatchObject([
      { supplierId: 'bolts', ordered: 50, open: true },
      // Position 0 + 20 is at the trigger; up to 60 are 40 missing, in boxes of 25.
      { supplierId: 'other', ordered: 50, open: true },
    ]);
    expect(await story.showsAndDecides(0)).toBe('COVERED');
    expect(await story.openEpisodes()).toBe(1);
  });

  test('6: cancelling neither doubles the need nor forgets it: released it is ordered anew, snoozed it waits', async () => {
    const released = await ordered();
    await happens(released.story, released.orderId, { kind: 'cancel', note: 'wrong' }, 'release');
    expect(await released.story.decide()).toBe('ORDER');
    expect((await released.story.orders()).filter((order) => order.open)).toHaveLength(1);
    const snoozed = await ordered();
    const untilMs = snoozed.story.nowMs + 600_000;
    await happens(snoozed.story, snoozed.orderId, { kind: 'cancel', note: 'not now' }, untilMs);
    expect(await snoozed.story.showsAndDecides(18)).toBe('SNOOZED');
    expect(await snoozed.story.later(600_001).showsAndDecides(18)).toBe('ORDER');
  });

  test('7: the list of what is low shows what is on order', async () => {
    const { story, orderId } = await ordered();
    const page = await new StockQueries(db).list(story.tenantId, { limit: 10 });
    expect(page.items).toMatchObject([
      { onHand: 18, position: { onOrder: 50, inventoryPosition: 68 }, openOrderId: orderId, status: 'BELOW_REORDER' },
    ]);
  });

  test('8: closed orders count as on order no more', async () => {
    const { story, orderId } = await ordered();
    await happens(story, orderId, { kind: 'sent' });
    const lines = [{ lineNumber: 1, quantity: 10, complete: true, note: null }];
    await happens(story, orderId, { kind: 'receive', by: 'test', lines });
    const { rows } = await sql<{ wrong: number }>`
      select count(*) as wrong from purchase_order_line l join purchase_order o using (order_id)
      where l.open and o.closed_at_ms is not null`.execute(db);
    expect(rows[0]?.wrong).toBe(0);
    expect(await story.showsAndDecides(18)).toBe('ORDER');
  });

  test('9: an order that is long overdue is cover no more, and a person hears of it once', async () => {
    const { story, orderId } = await ordered({ suppliers: SECOND_SUPPLIER, supplierItem: ', leadTimeDays: 2' });
    await happens(story, orderId, { kind: 'sent' });
    await happens(story, orderId, answer('IA', 50));
    expect(await story.later(2.5 * DAY_MS).showsAndDecides(18)).toBe('COVERED');
    expect(await story.later(DAY_MS).showsAndDecides(18)).toBe('ORDER');
    const aging = new OrderAging(db, TEST_CONFIG, () => story.nowMs, TEST_LOGGER, new TouchedBins());
    await aging.age();
    await aging.age();
    const events = await db.selectFrom('order_event').select('event').where('order_id', '=', orderId).execute();
    expect(events.filter(({ event }) => event === 'OrderOverdue')).toHaveLength(1);
    expect(await story.orders()).toMatchObject([
      { supplierId: 'bolts', attention: expect.stringMatching(/^overdue/) },
      { supplierId: 'other' },
    ]);
  });

  test('10: packs are not pieces', async () => {
    const { story } = await ordered();
    const [order] = await story.orders();
    expect(order).toMatchObject({ ordered: 50, sentence: expect.stringMatching(/^Ordered 5 packs = 50 pcs of/) });
    const outbox = await db
      .selectFrom('message_outbox')
      .select('payload')
      .where('order_id', '=', order?.orderId ?? '')
      .executeTakeFirstOrThrow();
    expect(outbox.payload).toMatchObject({ lines: [{ orderedUnits: 5, unit: 'pack', stockUnitsPerUnit: 10 }] });
  });

  test('11: floats: a weight between two pieces neither flickers nor orders for ever, and quantities are whole', async () => {
    const story = await BinStory.of(db);
    await story.shows(40.49);
    for (const pieces of [40.51, 40.48, 40.55, 40.45, 40.52]) await story.shows(pieces);
    const movements = await db
      .selectFrom('stock_movement')
      .select('change')
      .where('tenant_id', '=', story.tenantId)
      .execute();
    expect(movements).toEqual([{ change: 40 }]);
    const sold = {
      orderUnit: 'kg',
      packQuantity: 1,
      orderMultiple: 1,
      minOrderQuantity: 50_000,
      maxOrderQuantity: null,
    };
    expect(orderQuantities(49_999, sold)).toMatchObject({ ok: true, units: [50_000] });
  });

  test('12: one bad item does not stop the run for all', async () => {
    const { story } = await ordered();
    // In replenishment/evaluate.test.ts with a database that refuses; here with a policy nobody can read.
    await db
      .updateTable('policy')
      .set({ parameters: JSON.stringify({ reorderPoint: 'many' }) })
      .where('tenant_id', '=', story.tenantId)
      .execute();
    expect(await story.showsAndDecides(18)).toBe('HELD');
    const good = await BinStory.of(db);
    expect(await good.showsAndDecides(18)).toBe('ORDER');
  });

  test('13: days are days of the site, through daylight saving too', () => {
    const daily = { reviewDays: ['SUN' as const], cutOff: '06:00' };
    const reviewMs = nextReview(daily, 'Europe/Berlin', Date.parse('2026-10-24T12:00:00Z'));
    expect(new Date(reviewMs).toISOString()).toBe('2026-10-25T05:00:00.000Z');
  });

  test('14: the minimum of a supplier raises the quantity, it does not lose the supplier', async () => {
    const { story } = await ordered({ supplierItem: ', minOrderQuantity: 12, orderMultiple: 5' });
    expect(await story.orders()).toMatchObject([{ supplierId: 'bolts', ordered: 150 }]);
  });

  test('15: the preferred supplier is asked, at the price of the quantity', async () => {
    const { story } = await ordered({ suppliers: SECOND_SUPPLIER });
    expect(await story.orders()).toMatchObject([{ supplierId: 'bolts' }]);
    const priceBreaks = [
      { fromUnits: 100, unitPriceCents: 80 },
      { fromUnits: 1, unitPriceCents: 120 },
      { fromUnits: 10, unitPriceCents: 100 },
    ];
    expect([1, 9, 10, 99, 100].map((units) => priceOf({ priceBreaks }, units))).toEqual([120, 120, 100, 100, 80]);
  });

  test('16: each bin counts its own stock and its own orders', async () => {
    const { story } = await ordered();
    await seedCatalogue(
      db,
      parseCatalogue(
        `tenants: [{ tenantId: ${story.tenantId}, name: D, sites: [{ siteId: plant-1, name: P, locations: [{ locationId: hall, name: H }] }] }]
items: [{ tenantId: ${story.tenantId}, itemId: m8, sku: M8, name: M8 bolts, pieceGrams: 10 }]
bins: [{ tenantId: ${story.tenantId}, siteId: plant-1, binId: A-02, name: A 2, locationId: hall, itemId: m8 }]`,
        'test',
      ),
      story.nowMs,
    );
    const page = await new StockQueries(db).list(story.tenantId, { limit: 10 });
    expect(page.items.map((item) => [item.binId, item.position.onOrder])).toEqual([
      ['A-01', 50],
      ['A-02', 0],
    ]);
  });

  test('17: no refresh and no job undoes a snooze', async () => {
    const { story, orderId } = await ordered();
    await happens(story, orderId, { kind: 'cancel', note: 'not now' }, story.nowMs + 10 * 60_000);
    for (let minute = 0; minute < 9; minute += 1) {
      await seedCatalogue(db, parseCatalogue(`tenants: [{ tenantId: ${story.tenantId}, name: D, sites: [] }]`, 't'), 1);
      expect(await story.later(60_000).showsAndDecides(18 - minute)).toBe('SNOOZED');
    }
  });

  test('18: one flapping value opens one episode and one task, not seventy-nine', async () => {
    const story = await BinStory.of(db);
    for (let i = 0; i < 40; i += 1) {
      await story.shows(i % 2 === 0 ? 18 : 25, i % 4 === 1 ? { quality: 'implausible' } : {});
      await story.decide();
    }
    const episodes = await db
      .selectFrom('episode')
      .select('episode_id')
      .where('tenant_id', '=', story.tenantId)
      .execute();
    const tasks = await db
      .selectFrom('counting_task')
      .select('task_id')
      .where('tenant_id', '=', story.tenantId)
      .execute();
    expect([episodes.length, tasks.length, (await story.orders()).length]).toEqual([1, 1, 1]);
  });

  test('19: everybody can see why an order exists', async () => {
    const { story, orderId } = await ordered();
    const { proof } = await db
      .selectFrom('order_proof')
      .select('proof')
      .where('order_id', '=', orderId)
      .executeTakeFirstOrThrow();
    expect(proof).toMatchObject({
      sentence:
        'Ordered 5 packs = 50 pcs of M8 bolts for bin A-01 because 18 pcs on hand + 0 on order = 18 is at or below the reorder point 20.',
      readings: [{ change: 18, evidence: { reading: { netGrams: 180, deviceId: 'scale-01' } } }],
      policy: {
        policyId: 'plant-1/A-01',
        version: 1,
        type: 'MIN_MAX',
        parameters: { reorderPoint: 20, orderUpTo: 60 },
      },
      position: { onHand: 18, onOrder: 0, inventoryPosition: 18 },
    });
    expect(proof).toMatchObject({ arithmetic: expect.arrayContaining([{ step: 'needed', value: 42 }]) });
    await expect(
      db.updateTable('order_proof').set({ proof: '{}' }).where('order_id', '=', orderId).execute(),
    ).rejects.toThrow(/append-only/);
    expect(story.tenantId).not.toBe('');
  });

  test('20: sensors lie: creep, a lost tare and an old value that looks live make no order', async () => {
    const story = await BinStory.of(db);
    await story.shows(25);
    // A lost tare: far below zero.
    await story.shows(-30);
    expect(await story.decide()).toBe('HELD');
    expect(await story.orders()).toEqual([]);
    // An old retained value, sent again as if it were new, is older than what is known.
    await story.shows(25);
    await story.shows(5, { observedAtMs: story.nowMs - 3_600_000, clockQuality: 'device', historical: true });
    expect(await story.decide()).toBe('WAIT');
    // 20 g a day of creep at the edge of the reorder point is seen as what it is: stock that grows, never an order.
    for (let day = 1; day <= 5; day += 1) expect(await story.later(60_000).showsAndDecides(25 + day * 2)).toBe('WAIT');
    expect(await story.orders()).toEqual([]);
  });
});

describe('people and suppliers', () => {
  test('a count wins over the scale, closes the task and lets the order go', async () => {
    const story = await BinStory.of(db);
    await story.shows(50);
    await story.shows(40, { quality: 'uncalibrated' });
    expect(await story.decide()).toBe('HELD');
    const publisher = { wake: () => undefined } as unknown as EventPublisher;
    const ledger = new StockLedger(db, () => ++story.nowMs, TEST_LOGGER, testMetrics(), new TouchedBins(), publisher);
    expect(await ledger.count(story.site, { binId: 'nowhere', quantity: 1, by: 'ann' })).toBe(false);
    expect(await ledger.count(story.site, { binId: 'A-01', quantity: 12, by: 'ann@demo.local' })).toBe(true);
    expect(await story.decide()).toBe('ORDER');
    const tasks = await db
      .selectFrom('counting_task')
      .select(['counted_quantity', 'closed_by'])
      .where('tenant_id', '=', story.tenantId)
      .execute();
    expect(tasks).toEqual([{ counted_quantity: 12, closed_by: 'ann@demo.local' }]);
    // What the scale shows when it is well again is what the person counted; one taken afterwards is one less than 12.
    await story.shows(49);
    await story.shows(48);
    const page = await new StockQueries(db).list(story.tenantId, { limit: 1 });
    expect(page.items[0]).toMatchObject({ onHand: 11 });
  });

  test('a rejected order is asked of the next supplier, and then of a person', async () => {
    const { story, orderId } = await ordered({ suppliers: SECOND_SUPPLIER });
    const inbox = new SupplierInbox(db, () => story.nowMs, testMetrics(), new TouchedBins());
    const reject = (id: string) => ({
      schema: 'order-response/1' as const,
      messageId: randomUUID(),
      orderId: id,
      atMs: story.nowMs,
      lines: [{ lineNumber: 1, code: 'IR' as const, confirmedUnits: 0, reason: 'discontinued' }],
    });
    expect(await inbox.applyOrderResponse(story.tenantId, 'bolts', reject(orderId))).toMatchObject({
      status: 'REJECTED',
    });
    expect(await story.decide()).toBe('ORDER');
    const second = (await story.orders()).find((order) => order.supplierId === 'other');
    await inbox.applyOrderResponse(story.tenantId, 'other', reject(second?.orderId ?? ''));
    expect(await story.decide()).toBe('HELD');
    expect(await story.orders()).toHaveLength(2);
  });

  test('deliveries by scale: partial, short, over, and one nobody ordered', async () => {
    const cases = [
      { arrives: [30, 20], received: 50, status: 'CLOSED' },
      { arrives: [30], received: 30, status: 'PARTIALLY_RECEIVED' },
      { arrives: [47], received: 47, status: 'CLOSED' },
      { arrives: [60], received: 60, status: 'CLOSED' },
      { arrives: [2], received: 0, status: 'SENT' },
    ];
    for (const { arrives, received, status } of cases) {
      const { story, orderId } = await ordered();
      await happens(story, orderId, { kind: 'sent' });
      let pieces = 18;
      for (const each of arrives) await story.shows((pieces += each));
      expect(await story.orders()).toMatchObject([{ received, status }]);
      expect(await story.openEpisodes()).toBe(status === 'CLOSED' ? 0 : 1);
    }
    const surprise = await BinStory.of(db);
    await surprise.shows(50);
    await surprise.shows(90);
    const kinds = await db
      .selectFrom('stock_movement')
      .select('kind')
      .where('tenant_id', '=', surprise.tenantId)
      .execute();
    expect(kinds.map(({ kind }) => kind)).toEqual(['ADJUSTMENT', 'UNEXPLAINED']);
  });

  test('the token of a supplier is found by its hash', async () => {
    const story = await BinStory.of(db);
    const row = await db
      .selectFrom('supplier')
      .select('supplier_id')
      .where('api_token_sha256', '=', hashApiToken(`token-${story.tenantId}`))
      .executeTakeFirst();
    expect(row).toEqual({ supplier_id: 'bolts' });
    expect(TEST_CONFIG.SHELFWIRE_SUPPLIER_ATTEMPTS_MAX).toBeGreaterThan(1);
  });
});
