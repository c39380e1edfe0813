import { randomUUID } from 'node:crypto';

import type { LineAcknowledgementCode } from '@shelfwire/contract';
import { alertChannelSchema } from '@shelfwire/contract/api';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { AlertChannels } from './alerts/alert-channels.ts';
import { AlertNotifier } from './alerts/alert-notifier.ts';
import { AlertSender } from './alerts/alert-sender.ts';
import { AlertWatch } from './alerts/alert-watch.ts';
import { Alerts } from './alerts/alerts.ts';
import { parseCatalogue } from './catalogue/catalogue-file.ts';
import { hashApiToken, seedCatalogue } from './catalogue/seed.ts';
import { openMigratedPglite } from './database/migrated-database.ts';
import type { Db } from './database/open-database.ts';
import { withTenant } from './database/with-tenant.ts';
import type { EventPublisher } from './events/event-publisher.ts';
import { TouchedBins } from './events/touched-bins.ts';
import type { OrderCommand } from './orders/order-command.ts';
import { editOrder } from './orders/edit-order.ts';
import { OrderAging } from './orders/order-aging.ts';
import { changeOrder, closeEpisodesOf, episodesOf, lockOrder } from './orders/order-store.ts';
import { nextReview } from './replenishment/calendar.ts';
import { orderQuantities } from './replenishment/order-quantity.ts';
import { BinStory, TEST_CONFIG, TEST_LOGGER, TEST_OUTSIDE, testMetrics } from './replenishment/situation.ts';
import { priceOf } from './orders/price.ts';
import { Moves } from './stock-keeping/moves.ts';
import { StockLedger } from './stock/stock-ledger.ts';
import { StockQueries } from './stock/stock-queries.ts';
import { SupplierInbox } from './suppliers/supplier-inbox.ts';

/** What goes wrong in practice, in the numbering of the domain notes. Each happened to somebody's customers. */
let db: Db;
const DAY_MS = 86_400_000;
/** Hundreds of transactions, on a machine that may have other work. */
const MANY = { timeout: 120_000 };
const SECOND_SUPPLIER =
  "- { tenantId: TENANT, supplierId: other, name: Other Ltd, endpoint: 'http://127.0.0.1:1', apiToken: other-TENANT }";

beforeAll(async () => {
  db = await openMigratedPglite();
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
  test(
    '1: the same item is ordered again each day while the first order is open: 100 evaluations make one order',
    MANY,
    async () => {
      const { story } = await ordered();
      for (let hour = 0; hour < 100; hour += 1)
        expect(await story.later(3_600_000).showsAndDecides(18)).toBe('COVERED');
      expect(await story.orders()).toHaveLength(1);
    },
  );

  test('2: the quantity lands exactly on the trigger and fires again: after ordering, the position is above the trigger', async () => {
    // A maximum just above the reorder point, and a pack that fits into the gap exactly.
    const policy = 'type: FIXED_QUANTITY, reorderPoint: 20, reorderQuantity: 10, confirmSeconds: 0';
    const story = await BinStory.of(db, { policy });
    expect(await story.showsAndDecides(10)).toBe('ORDER');
    expect(await story.orders()).toMatchObject([{ ordered: 20 }]);
    expect(await story.showsAndDecides(10)).toBe('COVERED');
  });

  test('3: two runners seconds apart double the demand: eight at once make one order', async () => {
    const { story } = await ordered();
    await Promise.all(Array.from({ length: 8 }, () => story.decide()));
    expect(await story.orders()).toHaveLength(1);
    // Sixteen at the same moment on PostgreSQL: replenishment/evaluate.test.ts.
  });

  test('4: an edited or merged order line loses its link and grows each run: cover is counted by item and location, never by a link', async () => {
    const { story, orderId } = await ordered();
    await db.updateTable('purchase_order').set({ episode_id: null }).where('order_id', '=', orderId).execute();
    expect(await story.showsAndDecides(17)).toBe('COVERED');
    const ann = { userId: 'ann', email: 'ann@demo.local', nowMs: story.nowMs };
    for (const orderedUnits of [7, 2, 6]) {
      await withTenant(db, story.tenantId, async (tx) => {
        const order = await lockOrder(tx, story.tenantId, orderId);
        if (order) await editOrder(tx, order, { lines: [{ lineNumber: 1, orderedUnits }] }, ann);
      });
      expect(await story.showsAndDecides(17)).toBe('COVERED');
    }
    expect(await story.orders()).toMatchObject([{ ordered: 60 }]);
  });

  test('5: a changed date or quantity on an order makes a second order: only for the gap, and from somebody else', async () => {
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

  test('6: cancel doubles the need, or forgets it for ever: released it is ordered anew, snoozed it waits', async () => {
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

  test('7: the low list ignores what is on order: it shows it', async () => {
    const { story, orderId } = await ordered();
    const page = await new StockQueries(db).list(story.tenantId, { limit: 10 });
    expect(page.items).toMatchObject([
      { onHand: 18, position: { onOrder: 50, inventoryPosition: 68 }, openOrderId: orderId, status: 'BELOW_REORDER' },
    ]);
  });

  test('8: closed orders still count as on order: derived from open lines only', async () => {
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

  test('9: an order arriving far too late counts as cover, and the shelf runs empty: overdue or promised too late it covers nothing', async () => {
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
    // Promised for long after anybody else could deliver: inside no lead time, so no cover from the day it is said.
    const far = await ordered({ suppliers: SECOND_SUPPLIER, supplierItem: ', leadTimeDays: 2' });
    await happens(far.story, far.orderId, { kind: 'sent' });
    await happens(far.story, far.orderId, answer('DR', 50, far.story.nowMs + 90 * DAY_MS));
    expect(await far.story.showsAndDecides(18)).toBe('ORDER');
    expect(await far.story.showsAndDecides(18)).toBe('COVERED');
    expect(await far.story.orders()).toHaveLength(2);
  });

  test('10: packs and pieces are confused, 40 packs for 4', async () => {
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

  test('11: floats, endless orders of 0.09: a weight between two pieces does not flicker, quantities are whole', async () => {
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

  test('12: one bad item stops the run for all: it is held, the others go on', async () => {
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

  test('13: midnight UTC shows the day before, daylight saving shifts the trigger: days are days of the site', () => {
    const daily = { reviewDays: ['SUN' as const], cutOff: '06:00' };
    const reviewMs = nextReview(daily, 'Europe/Berlin', Date.parse('2026-10-24T12:00:00Z'));
    expect(new Date(reviewMs).toISOString()).toBe('2026-10-25T05:00:00.000Z');
  });

  test('14: the vendor’s minimum filters the vendor out, and the lead time is lost: it raises the quantity', async () => {
    const { story } = await ordered({ supplierItem: ', minOrderQuantity: 12, orderMultiple: 5' });
    expect(await story.orders()).toMatchObject([{ supplierId: 'bolts', ordered: 150 }]);
  });

  test('15: wrong supplier or price tier: the preferred one is asked, at the price of the quantity, on the order and in the message', async () => {
    const tiers = [
      { fromUnits: 100, price: 0.8 },
      { fromUnits: 1, price: 1.2 },
      { fromUnits: 5, price: 1 },
    ];
    const supplierItem = `, priceBreaks: ${JSON.stringify(tiers)}`;
    const { story, orderId } = await ordered({ suppliers: SECOND_SUPPLIER, supplierItem });
    expect(await story.orders()).toMatchObject([{ supplierId: 'bolts', ordered: 50 }]);
    const { amount_cents: amountCents } = await db
      .selectFrom('purchase_order')
      .select('amount_cents')
      .where('order_id', '=', orderId)
      .executeTakeFirstOrThrow();
    expect(amountCents).toBe(500);
    const { payload } = await db
      .selectFrom('message_outbox')
      .select('payload')
      .where('order_id', '=', orderId)
      .executeTakeFirstOrThrow();
    expect(payload).toMatchObject({ supplierId: 'bolts', lines: [{ orderedUnits: 5, unitPriceCents: 100 }] });
    const priceBreaks = tiers.map(({ fromUnits, price }) => ({ fromUnits, unitPriceCents: price * 100 }));
    expect([1, 4, 5, 99, 100].map((units) => priceOf({ priceBreaks }, units))).toEqual([120, 120, 100, 100, 80]);
  });

  test('16: group or child locations are counted twice, transfers invisible: a pool is counted once, a transfer is no consumption', async () => {
    const story = await BinStory.of(db);
    const bins = ['A-02', 'A-03'].map(
      (binId) =>
        `{ tenantId: ${story.tenantId}, siteId: plant-1, binId: ${binId}, name: ${binId}, locationId: hall, itemId: m8${binId === 'A-02' ? ', overflowOf: A-01' : ''} }`,
    );
    const own = `{ tenantId: ${story.tenantId}, siteId: plant-1, binId: A-01, name: A 1, locationId: hall, itemId: m8, capacity: 200, sensor: { deviceId: scale-01, kind: weight } }`;
    await seedCatalogue(
      db,
      parseCatalogue(
        `tenants: [{ tenantId: ${story.tenantId}, name: D, sites: [{ siteId: plant-1, name: P, locations: [{ locationId: hall, name: H }] }] }]
items: [{ tenantId: ${story.tenantId}, itemId: m8, sku: M8, name: M8 bolts, pieceGrams: 10 }]
bins: [${own}, ${bins.join(', ')}]`,
        'test',
      ),
      story.nowMs,
    );
    await story.showsAndDecides(35);
    // Twenty go from the bin into its overflow: its scale shows 15, and nothing has left the stock of 35.
    const publisher = { wake: () => undefined } as unknown as EventPublisher;
    const ledger = new StockLedger(db, () => ++story.nowMs, TEST_LOGGER, testMetrics(), new TouchedBins(), publisher);
    const moves = new Moves(db, () => story.nowMs, ledger, new TouchedBins());
    const [from, to] = [
      { ...story.site, binId: 'A-01' },
      { ...story.site, binId: 'A-02' },
    ];
    await moves.announce(story.tenantId, { kind: 'TRANSFER', quantity: 20, from, to, by: 'ann' });
    expect(await story.showsAndDecides(15)).toBe('WAIT');
    const kinds = await db
      .selectFrom('stock_movement')
      .select(['bin_id', 'kind', 'change'])
      .where('tenant_id', '=', story.tenantId)
      .where('kind', '!=', 'ADJUSTMENT')
      .orderBy('bin_id')
      .execute();
    expect(kinds).toEqual([
      { bin_id: 'A-01', kind: 'TRANSFER', change: -20 },
      { bin_id: 'A-02', kind: 'TRANSFER', change: 20 },
    ]);
    // At the reorder point of both together, one order; the bin beside them has neither its stock nor its order.
    expect(await story.showsAndDecides(0)).toBe('ORDER');
    expect(await story.orders()).toHaveLength(1);
    const page = await new StockQueries(db).list(story.tenantId, { limit: 10 });
    expect(page.items.find((item) => item.binId === 'A-03')?.position.onOrder).toBe(0);
  });

  test('17: snooze is ignored by the job or undone by a refresh: neither undoes it', async () => {
    const { story, orderId } = await ordered();
    await happens(story, orderId, { kind: 'cancel', note: 'not now' }, story.nowMs + 10 * 60_000);
    for (let minute = 0; minute < 9; minute += 1) {
      await seedCatalogue(
        db,
        parseCatalogue(`tenants: [{ tenantId: ${story.tenantId}, name: D, sites: [] }]`, 't'),
        story.nowMs,
      );
      expect(await story.later(60_000).showsAndDecides(18 - minute)).toBe('SNOOZED');
    }
  });

  test(
    '18: no alert although asked for, or 79 mails from one flapping value: one episode, one task, one order, one message',
    MANY,
    async () => {
      const policy = 'type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, safetyStock: 19, confirmSeconds: 0';
      const story = await BinStory.of(db, { policy });
      const sender = new AlertSender(TEST_CONFIG, TEST_LOGGER, TEST_OUTSIDE);
      const clock = (): number => story.nowMs;
      const notifier = new AlertNotifier(db, clock, TEST_LOGGER, testMetrics(), sender);
      const watch = new AlertWatch(db, TEST_CONFIG, clock, TEST_LOGGER, testMetrics(), notifier);
      const alerts = new Alerts(db, clock);
      const mail = { channelId: 'team', kind: 'email' as const, target: 'team@demo.local', digestMinutes: 0 };
      const places = new AlertChannels(db, clock, sender, TEST_OUTSIDE);
      await places.putAll(story.tenantId, [alertChannelSchema.parse(mail)], 'ann');
      for (let i = 0; i < 79; i += 1) {
        await story.later(20_000).shows(i % 2 === 0 ? 18 : 25, i % 4 === 1 ? { quality: 'implausible' } : {});
        await story.decide();
        await watch.run();
      }
      const { items: open } = await alerts.list(story.tenantId, { open: true, limit: 100 });
      expect(open.map(({ kind }) => kind).toSorted((a, b) => a.localeCompare(b))).toEqual([
        'LOW_STOCK',
        'SENSOR_DOUBT',
      ]);
      const told = await db
        .selectFrom('alert_delivery')
        .select('alert_id')
        .where('tenant_id', '=', story.tenantId)
        .execute();
      expect(told).toHaveLength(2);
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
    },
  );

  test('19: nobody knows why an order exists: it carries its proof, which nobody can change', async () => {
    const { story, orderId } = await ordered();
    const { proof } = await db
      .selectFrom('order_proof')
      .select('proof')
      .where('order_id', '=', orderId)
      .executeTakeFirstOrThrow();
    expect(proof).toMatchObject({
      sentence:
        'Ordered 5 packs = 50 pcs of M8 bolts for bin A 1 because 18 pcs on hand + 0 on order = 18 is at or below the reorder point 20.',
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

  test('20: sensors lie: creep, vibration, a lost tare and an old value that looks live make no order', async () => {
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
    // Vibration of ±10 g: what does not settle is not believed, whatever it says.
    for (let i = 0; i < 20; i += 1) await story.shows(19 + (i % 3), { quality: 'unstable', stable: false });
    expect(['WAIT', 'HELD']).toContain(await story.decide());
    await story.shows(25);
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
