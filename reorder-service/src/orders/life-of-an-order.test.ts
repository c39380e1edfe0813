import { randomUUID } from 'node:crypto';

import type { DespatchAdviceMessage, OrderResponseMessage } from '@shelfwire/contract';
import type { ReceivedLine } from '@shelfwire/contract/api';
import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import type { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { ReceiptQueries } from '../receiving/receipt-queries.ts';
import { Receiving } from '../receiving/receiving.ts';
import { SupplierReturns } from '../receiving/supplier-returns.ts';
import { BinStory, TEST_LOGGER, testMetrics } from '../replenishment/situation.ts';
import { Moves } from '../stock-keeping/moves.ts';
import { StockLedger } from '../stock/stock-ledger.ts';
import { SupplierInbox } from '../suppliers/supplier-inbox.ts';
import { OrderQueries } from './order-queries.ts';
import { changeOrder, lockOrder } from './order-store.ts';

const DAY_MS = 86_400_000;
const SECOND_SUPPLIER =
  "- { tenantId: TENANT, supplierId: other, name: Other Ltd, endpoint: 'http://127.0.0.1:1', apiToken: other-TENANT }";
const SSCC = '106141412345678908';

onEachEngine('the full life of an order', (database) => {
  /** 18 of at most 60 are left: 50 are ordered and sent. */
  async function sent(more: Parameters<typeof BinStory.of>[1] = {}) {
    const story = await BinStory.of(database.db, more);
    await story.showsAndDecides(18);
    const orderId = (await story.orders())[0]?.orderId ?? '';
    await withTenant(database.db, story.tenantId, async (tx) => {
      const order = await lockOrder(tx, story.tenantId, orderId);
      if (order) await changeOrder(tx, order, { kind: 'sent' }, { actor: 'test', nowMs: story.nowMs });
    });
    const clock = (): number => story.nowMs;
    const inbox = new SupplierInbox(database.db, clock, testMetrics(), new TouchedBins());
    const publisher = { wake: () => undefined } as unknown as EventPublisher;
    const ledger = new StockLedger(database.db, clock, TEST_LOGGER, testMetrics(), new TouchedBins(), publisher);
    const receiving = new Receiving(database.db, clock, new TouchedBins(), publisher, ledger);
    const moves = new Moves(database.db, clock, ledger, new TouchedBins());
    const person = { tenantId: story.tenantId, email: 'ann@demo.local' };
    return {
      story,
      orderId,
      person,
      receiving,
      receipts: new ReceiptQueries(database.db),
      returns: new SupplierReturns(database.db, clock, moves),
      order: async () => {
        const order = await new OrderQueries(database.db).get(story.tenantId, orderId);
        if (!order) throw new Error('no such order');
        return order;
      },
      answers: (line: Omit<OrderResponseMessage['lines'][number], 'lineNumber'>) =>
        inbox.applyOrderResponse(story.tenantId, 'bolts', {
          schema: 'order-response/1',
          messageId: randomUUID(),
          orderId,
          atMs: story.nowMs,
          lines: [{ lineNumber: 1, ...line }],
        }),
      ships: (shippedUnits: number, advice: Partial<DespatchAdviceMessage> = {}) =>
        inbox.applyDespatchAdvice(story.tenantId, 'bolts', {
          schema: 'despatch-advice/1',
          messageId: randomUUID(),
          orderId,
          atMs: story.nowMs,
          lines: [{ lineNumber: 1, shippedUnits, lot: 'L-7', expiresOn: '2028-01-31' }],
          ...advice,
        }),
      cancels: (reason: string) =>
        inbox.applyCancellation(story.tenantId, 'bolts', {
          schema: 'order-cancellation-answer/1',
          messageId: randomUUID(),
          orderId,
          atMs: story.nowMs,
          answer: 'by-supplier',
          reason,
        }),
      receives: (quantity: number, line: Partial<ReceivedLine> = {}) =>
        receiving.receive(person, orderId, {
          receiptId: randomUUID(),
          lines: [{ lineNumber: 1, quantity, condition: 'good', complete: false, ...line }],
        }),
    };
  }

  test('as ordered: acknowledged, shipped, seen by the scale, closed', async () => {
    const { story, order, answers, ships } = await sent();
    await answers({ code: 'IA', confirmedUnits: 5 });
    await ships(5);
    await story.shows(68);
    const { status, history, lines } = await order();
    expect(status).toBe('CLOSED');
    expect(lines).toMatchObject([{ confirmedQuantity: 50, shippedQuantity: 50, receivedQuantity: 50, open: false }]);
    expect(history.map(({ event }) => event)).toEqual([
      'OrderRecommended',
      'OrderApproved',
      'OrderSent',
      'OrderAcknowledged',
      'ShipmentNotified',
      'GoodsReceived',
      'OrderClosed',
    ]);
    expect(await story.openEpisodes()).toBe(0);
  });

  test('partial: two deliveries, the rest stays on order between them', async () => {
    const { story, order, ships } = await sent();
    await ships(3);
    await story.shows(48);
    expect(await order()).toMatchObject({ status: 'PARTIALLY_RECEIVED', lines: [{ receivedQuantity: 30 }] });
    expect(await story.showsAndDecides(10)).toBe('COVERED');
    await ships(2);
    await story.shows(30);
    expect((await order()).status).toBe('CLOSED');
    expect(await story.orders()).toHaveLength(1);
  });

  test('short: two of fifty are missing, which is noted, and the order ends', async () => {
    const { story, order, ships } = await sent();
    await ships(5);
    await story.shows(66);
    const { status, lines, history } = await order();
    expect([status, lines[0]?.receivedQuantity, lines[0]?.cancelledQuantity]).toEqual(['CLOSED', 48, 2]);
    expect(history.find(({ event }) => event === 'GoodsReceived')?.note).toMatch(/2 short/);
  });

  test('over: ten too many are received and noted', async () => {
    const { story, order, ships } = await sent();
    await ships(6);
    await story.shows(78);
    const { status, lines, history } = await order();
    expect([status, lines[0]?.receivedQuantity]).toEqual(['CLOSED', 60]);
    expect(history.find(({ event }) => event === 'GoodsReceived')?.note).toMatch(/10 more than ordered/);
  });

  test('late: a promise past what others could do is re-sourced elsewhere, and only the gap', async () => {
    const { story, answers } = await sent({ suppliers: SECOND_SUPPLIER });
    await answers({ code: 'DR', confirmedUnits: 5, promisedDeliveryAtMs: story.nowMs + 60 * DAY_MS });
    expect(await story.showsAndDecides(18)).toBe('ORDER');
    expect(await story.orders()).toMatchObject([{ supplierId: 'bolts' }, { supplierId: 'other', ordered: 50 }]);
    expect(await story.showsAndDecides(18)).toBe('COVERED');
  });

  test('rejected: the next supplier is asked at once', async () => {
    const { story, order, answers } = await sent({ suppliers: SECOND_SUPPLIER });
    await answers({ code: 'IR', confirmedUnits: 0, reason: 'discontinued' });
    expect((await order()).status).toBe('REJECTED');
    expect(await story.decide()).toBe('ORDER');
    expect((await story.orders()).map(({ supplierId }) => supplierId)).toEqual(['bolts', 'other']);
  });

  test('cancelled by the supplier after it had accepted: the next one is asked', async () => {
    const { story, order, answers, cancels } = await sent({ suppliers: SECOND_SUPPLIER });
    await answers({ code: 'IA', confirmedUnits: 5 });
    expect(await cancels('the plant burnt down')).toMatchObject({ ok: true, status: 'REJECTED' });
    expect((await order()).history.at(-1)).toMatchObject({
      event: 'OrderCancelledBySupplier',
      note: 'the plant burnt down',
    });
    expect(await story.decide()).toBe('ORDER');
    expect((await story.orders()).map(({ supplierId }) => supplierId)).toEqual(['bolts', 'other']);
  });

  test('changed quantity: the cover shrinks at once, and only what is missing is ordered elsewhere', async () => {
    const { story, answers } = await sent({ suppliers: SECOND_SUPPLIER });
    await answers({ code: 'IQ', confirmedUnits: 1 });
    // 5 + 10 is at or below 20; up to 60 are 45 missing, in boxes of 25.
    expect(await story.showsAndDecides(5)).toBe('ORDER');
    expect(await story.orders()).toMatchObject([{ ordered: 50 }, { supplierId: 'other', ordered: 50 }]);
    expect(await story.showsAndDecides(5)).toBe('COVERED');
  });

  test.each([
    ['without a date it is no cover', undefined, 'ORDER'],
    ['with a date in time it is', 2, 'COVERED'],
    ['with one far away it is not', 60, 'ORDER'],
  ] as const)('backordered in full: %s', async (_, days, decision) => {
    const { story, answers } = await sent({ suppliers: SECOND_SUPPLIER });
    const dated = days === undefined ? {} : { backorderPromisedAtMs: story.nowMs + days * DAY_MS };
    await answers({ code: 'IB', confirmedUnits: 0, ...dated });
    expect(await story.showsAndDecides(18)).toBe(decision);
  });

  test('partly backordered: what comes now covers, what has no date does not', async () => {
    const { story, answers } = await sent({ suppliers: SECOND_SUPPLIER });
    await answers({ code: 'BP', confirmedUnits: 1 });
    // 18 + 10 of 50 is above the reorder point of 20.
    expect(await story.showsAndDecides(18)).toBe('COVERED');
    expect(await story.showsAndDecides(9)).toBe('ORDER');
  });

  test('by despatch advice: the dock confirms the pallet in one call, the scale sees it later, nothing counts twice', async () => {
    const { story, order, person, ships, receiving, receipts } = await sent();
    await ships(5, { sscc: SSCC, expectedDeliveryAtMs: story.nowMs + DAY_MS });
    const scanned = await receiving.scan(story.tenantId, { siteId: story.siteId, code: `00${SSCC}` });
    if (!scanned.ok) throw new Error(scanned.because);
    const [announced] = scanned.scanned.announced;
    expect(announced).toMatchObject({
      status: 'ANNOUNCED',
      lines: [{ quantity: 50, lot: 'L-7', expiresOn: '2028-01-31' }],
    });
    const confirmed = await receiving.confirm(person, announced?.receiptId ?? '', {});
    expect(confirmed).toMatchObject({ ok: true, receipt: { status: 'CONFIRMED', decidedBy: 'ann@demo.local' } });
    expect(await receiving.confirm(person, announced?.receiptId ?? '', {})).toMatchObject({ ok: true });
    expect(await order()).toMatchObject({
      status: 'RECEIVED',
      lines: [{ receivedQuantity: 50, awaitingPutAwayQuantity: 50 }],
    });
    // On its way to the bin it is cover still: nothing is ordered, though the scale shows nothing.
    expect(await story.showsAndDecides(15)).toBe('COVERED');
    await story.shows(65);
    expect(await order()).toMatchObject({ status: 'CLOSED', lines: [{ receivedQuantity: 50, open: false }] });
    expect(await story.orders()).toHaveLength(1);
    const { items } = await receipts.list(story.tenantId, { limit: 10 });
    expect(items.map(({ source, status }) => [source, status])).toEqual(
      expect.arrayContaining([
        ['asn', 'CONFIRMED'],
        ['scale', 'CONFIRMED'],
      ]),
    );
  });

  test('the scale was first: the delivery note that is typed in later receives nothing a second time', async () => {
    const { story, order, receives } = await sent();
    await story.shows(48);
    expect(await receives(30)).toMatchObject({ ok: true });
    expect(await order()).toMatchObject({ status: 'PARTIALLY_RECEIVED', lines: [{ receivedQuantity: 30 }] });
    await story.shows(68);
    expect(await receives(20)).toMatchObject({ ok: true });
    expect(await order()).toMatchObject({ status: 'CLOSED', lines: [{ receivedQuantity: 50 }] });
    expect(await receives(1)).toMatchObject({ ok: false, code: 'ORDER_STATUS_CONFLICT' });
  });

  test('goods that are received and never put away cover nothing after a day', async () => {
    const { story, receives } = await sent({ suppliers: SECOND_SUPPLIER });
    await receives(50);
    expect(await story.later(0.9 * DAY_MS).showsAndDecides(18)).toBe('COVERED');
    expect(await story.later(0.2 * DAY_MS).showsAndDecides(18)).toBe('ORDER');
  });

  test('damaged and wrong goods are not received: they wait to go back, and the line stays open', async () => {
    const { story, order, receives, returns } = await sent();
    await receives(20, { condition: 'damaged', note: 'wet carton' });
    await receives(30);
    expect(await order()).toMatchObject({ status: 'PARTIALLY_RECEIVED', lines: [{ receivedQuantity: 30 }] });
    expect((await returns.list(story.tenantId, { limit: 10 })).items).toMatchObject([
      { quantity: 20, reason: 'damaged on arrival: wet carton', creditExpectedCents: null },
    ]);
  });

  test('from a supplier whose receipts want it, the scale only proposes: a person confirms, or says it was none', async () => {
    for (const { says, received, status } of [
      { says: 'confirm', received: 50, status: 'CLOSED' },
      { says: 'dismiss', received: 0, status: 'SENT' },
    ]) {
      const { story, order, person, receiving, receipts } = await sent();
      await database.db
        .updateTable('supplier')
        .set({ confirm_receipts: true })
        .where('tenant_id', '=', story.tenantId)
        .execute();
      await story.shows(68);
      expect(await order()).toMatchObject({ status: 'SENT', lines: [{ receivedQuantity: 0, proposedQuantity: 50 }] });
      const [proposed] = (await receipts.list(story.tenantId, { status: 'PROPOSED', limit: 1 })).items;
      const receiptId = proposed?.receiptId ?? '';
      if (says === 'confirm') await receiving.confirm(person, receiptId, {});
      else await receiving.dismiss(person, receiptId, 'a tool box stood on it');
      expect(await order()).toMatchObject({ status, lines: [{ receivedQuantity: received, proposedQuantity: 0 }] });
    }
  });

  test('returned: what was received goes back once, and the credit is awaited and noted', async () => {
    const { story, orderId, order, person, returns } = await sent({ supplierItem: ', price: 2' });
    await story.shows(68);
    const goods = { returnId: randomUUID(), lineNumber: 1, quantity: 20, reason: 'wrong thread' };
    for (let i = 0; i < 2; i += 1) {
      expect(await returns.returnGoods(person, orderId, goods)).toMatchObject({
        ok: true,
        returned: { quantity: 20, creditExpectedCents: 400, creditedAtMs: null },
      });
    }
    const toMuch = await returns.returnGoods(person, orderId, { ...goods, returnId: randomUUID(), quantity: 31 });
    expect(toMuch).toMatchObject({ ok: false, detail: 'Of M8 bolts, 30 were received and not returned yet' });
    const credit = { creditedCents: 380, reference: 'CN-1' };
    expect(await returns.credit(person, goods.returnId, credit)).toMatchObject({ returned: { creditedCents: 380 } });
    expect((await order()).history.slice(-2).map(({ event }) => event)).toEqual(['GoodsReturned', 'ReturnCredited']);
    // What then leaves the bin is the return, not consumption.
    await story.shows(48);
    const last = await database.db
      .selectFrom('stock_movement')
      .select(['kind', 'change'])
      .where('tenant_id', '=', story.tenantId)
      .orderBy('movement_id', 'desc')
      .executeTakeFirst();
    expect(last).toEqual({ kind: 'RETURN', change: -20 });
  });

  test('into a bin without a sensor: the receipt is the movement, once, and its lot is kept', async () => {
    const { story, orderId, order, person, receiving } = await sent();
    await database.db.deleteFrom('bin_sensor').where('tenant_id', '=', story.tenantId).execute();
    const receipt = {
      receiptId: randomUUID(),
      lines: [{ lineNumber: 1, quantity: 50, condition: 'good' as const, complete: false, lot: 'L-9' }],
    };
    for (let i = 0; i < 2; i += 1)
      expect(await receiving.receive(person, orderId, receipt)).toMatchObject({ ok: true });
    expect(await order()).toMatchObject({ status: 'CLOSED', lines: [{ receivedQuantity: 50 }] });
    const movements = await database.db
      .selectFrom('stock_movement')
      .select(['kind', 'change'])
      .where('tenant_id', '=', story.tenantId)
      .orderBy('movement_id')
      .execute();
    expect(movements).toEqual([
      { kind: 'ADJUSTMENT', change: 18 },
      { kind: 'RECEIPT', change: 50 },
    ]);
    const lots = await database.db
      .selectFrom('stock_lot')
      .select(['lot_number', 'received_quantity'])
      .where('tenant_id', '=', story.tenantId)
      .execute();
    expect(lots).toEqual([{ lot_number: 'L-9', received_quantity: 50 }]);
  });

  test('a scanned GTIN finds the open lines of its item, with the count of the code', async () => {
    const { story, orderId, receiving } = await sent();
    await database.db
      .updateTable('item')
      .set({ gtin: '09506000134352' })
      .where('tenant_id', '=', story.tenantId)
      .execute();
    const code = '(01)09506000134352(10)L-1(37)20';
    const scanned = await receiving.scan(story.tenantId, { siteId: story.siteId, code });
    expect(scanned).toMatchObject({
      ok: true,
      scanned: { scanned: { lot: 'L-1', count: 20 }, openLines: [{ orderId, remaining: 50, quantity: 20 }] },
    });
  });
});
