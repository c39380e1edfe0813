import { randomUUID } from 'node:crypto';

import type { Reading, StockEvent } from '@shelfwire/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openMigratedPglite } from '../database/migrated-database.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import type { OrderCommand } from '../orders/order-command.ts';
import { changeOrder, lockOrder } from '../orders/order-store.ts';
import { BinStory } from '../replenishment/situation.ts';
import { StockQueries } from './stock-queries.ts';

/** Which steps up are goods of an order, and which are not. */
let db: Db;
beforeAll(async () => {
  db = await openMigratedPglite();
});
afterAll(() => db.destroy());

const MINUTE_MS = 60_000;

/** A bin at 18 whose order of 50 has been sent. */
async function sentOrder(policy?: string): Promise<BinStory> {
  const story = await BinStory.of(db, policy === undefined ? {} : { policy });
  await story.shows(18);
  await story.decide();
  story.later(10 * MINUTE_MS);
  await happens(story, { kind: 'sent' });
  story.later(60 * MINUTE_MS);
  return story;
}

async function happens(story: BinStory, command: OrderCommand): Promise<void> {
  const [order] = await story.orders();
  await withTenant(db, story.tenantId, async (tx) => {
    const locked = await lockOrder(tx, story.tenantId, order?.orderId ?? '');
    if (!locked) throw new Error('no such order');
    const changed = await changeOrder(tx, locked, command, { actor: 'test', nowMs: story.nowMs });
    if (!changed.ok) throw new Error(changed.detail);
  });
}

/** What the gateway kept while it could not send. */
const backlog = (observedAtMs: number): Partial<Reading> => ({
  observedAtMs,
  clockQuality: 'device',
  historical: true,
});

async function kinds(story: BinStory): Promise<string[]> {
  const movements = await db
    .selectFrom('stock_movement')
    .select(['kind', 'change'])
    .where('tenant_id', '=', story.tenantId)
    .orderBy('movement_id')
    .execute();
  return movements.map(({ kind, change }) => `${kind} ${change}`);
}

test('goods seen live, and then in the backlog half a minute earlier, came once', async () => {
  const story = await sentOrder('type: MIN_MAX, reorderPoint: 20, orderUpTo: 118, confirmSeconds: 0');
  await story.shows(68);
  expect(await story.orders()).toMatchObject([{ ordered: 100, received: 50, status: 'PARTIALLY_RECEIVED' }]);
  await story.shows(68, backlog(story.nowMs - 30_000));
  expect(await story.orders()).toMatchObject([{ ordered: 100, received: 50, status: 'PARTIALLY_RECEIVED' }]);
  expect(await kinds(story)).toEqual(['ADJUSTMENT 18', 'RECEIPT 50', 'RECEIPT 50', 'RECEIPT -50']);
});

test('the backlog shows that more came than was left when the line was back: the rest is received', async () => {
  const story = await sentOrder();
  await story.shows(53);
  expect(await story.orders()).toMatchObject([{ ordered: 50, received: 35, status: 'PARTIALLY_RECEIVED' }]);
  await story.shows(68, backlog(story.nowMs - 30 * MINUTE_MS));
  expect(await story.orders()).toMatchObject([{ ordered: 50, received: 50, status: 'CLOSED' }]);
});

test('goods that came before an order was sent are not its goods', async () => {
  const story = await sentOrder();
  await story.shows(18);
  await story.shows(68, backlog(story.nowMs - 65 * MINUTE_MS));
  expect(await story.orders()).toMatchObject([{ ordered: 50, received: 0, status: 'SENT' }]);
});

test('a bin lifted off and put back has received nothing', async () => {
  const story = await sentOrder();
  await story.shows(0);
  await story.later(2 * MINUTE_MS).shows(17);
  expect(await story.orders()).toMatchObject([{ ordered: 50, received: 0, status: 'SENT' }]);
  expect(await kinds(story)).toEqual(['ADJUSTMENT 18', 'CONSUMPTION -18', 'RETURN 17']);
});

test('what was put back is put back once: the goods that come then are received', async () => {
  const story = await sentOrder();
  await story.shows(0);
  await story.shows(9);
  await story.shows(17);
  await story.shows(27);
  expect(await story.orders()).toMatchObject([{ received: 10, status: 'PARTIALLY_RECEIVED' }]);
  expect((await kinds(story)).slice(2)).toEqual(['RETURN 9', 'RETURN 8', 'RECEIPT 10']);
});

test('goods that come long after stock was taken are received', async () => {
  const story = await sentOrder();
  await story.shows(0);
  await story.later(11 * MINUTE_MS).shows(10);
  expect(await story.orders()).toMatchObject([{ received: 10, status: 'PARTIALLY_RECEIVED' }]);
});

test('goods on their way that come just after as many were taken are received', async () => {
  const story = await BinStory.of(db);
  await story.shows(60);
  await story.shows(10);
  await story.decide();
  await happens(story, { kind: 'sent' });
  const shipped = { lineNumber: 1, quantity: 50 };
  await happens(story, { kind: 'despatch', lines: [shipped] });
  await story.shows(60);
  expect(await story.orders()).toMatchObject([{ ordered: 50, received: 50, status: 'CLOSED' }]);
});

test('a lift that comes late is a return, and receives nothing', async () => {
  const story = await sentOrder();
  await story.shows(18);
  await story.shows(0, backlog(story.nowMs - 5 * MINUTE_MS));
  expect(await story.orders()).toMatchObject([{ received: 0, status: 'SENT' }]);
  expect(await kinds(story)).toEqual(['ADJUSTMENT 18', 'CONSUMPTION -18', 'RETURN 18']);
});

test('a corrected piece weight is an adjustment, whatever is on order', async () => {
  const story = await sentOrder();
  await db.updateTable('item').set({ piece_grams: 4 }).where('tenant_id', '=', story.tenantId).execute();
  await story.shows(18);
  expect(await story.orders()).toMatchObject([{ received: 0, status: 'SENT' }]);
  expect(await kinds(story)).toEqual(['ADJUSTMENT 18', 'ADJUSTMENT 27']);
});

test('what is told live of a level is what the list says: reserved goods count, and goods at the dock, once', async () => {
  const story = await sentOrder();
  const bin = { tenant_id: story.tenantId, site_id: 'plant-1', bin_id: 'A-01', item_id: 'm8' };
  await db
    .insertInto('reservation')
    .values({
      ...bin,
      reservation_id: randomUUID(),
      quantity: 5,
      reference: 'WO-1',
      created_by: 'erp',
      created_at_ms: 1,
    })
    .execute();
  // Of the 50: a scale saw 20 that nobody has confirmed, 10 are at the dock.
  await db
    .updateTable('purchase_order_line')
    .set({ received_quantity: 10, proposed_quantity: 20, awaiting_put_away_quantity: 10 })
    .where('tenant_id', '=', story.tenantId)
    .execute();
  await story.shows(17);
  const { payload } = await db
    .selectFrom('message_outbox')
    .select('payload')
    .where('tenant_id', '=', story.tenantId)
    .where('recipient', 'like', '%/stock')
    .orderBy('position', 'desc')
    .executeTakeFirstOrThrow();
  const [told] = (payload as { events: StockEvent[] }).events;
  const { items } = await new StockQueries(db).list(story.tenantId, { limit: 10 });
  expect(items[0]?.position).toEqual({ onHand: 17, onOrder: 30, reserved: 5, backordered: 0, inventoryPosition: 42 });
  expect(told).toMatchObject({ onHand: 17, onOrder: 30, inventoryPosition: 42 });
});
