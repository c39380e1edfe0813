import { randomUUID } from 'node:crypto';

import type { Receipt, ReceivedLine } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import { isFinal, type Order } from '../orders/order.ts';
import { changeOrder, readOrder } from '../orders/order-store.ts';
import type { Arrival, ArrivedAt } from '../orders/receive-goods.ts';
import { endOfDay } from '../replenishment/calendar.ts';
import { recordLots, type NewLot } from '../stock-keeping/lot-store.ts';
import type { Refused } from './refused.ts';
import { writeReturn } from './supplier-returns.ts';

/**
 * Books what a person found. The same goods are often told twice, by the scale under them and by the paper that came with
 * them: what the scale has booked and no paper has spoken for yet is not received again. What is damaged or wrong is not
 * received: it waits to go back, and its line stays open.
 */
export async function bookArrival(
  tx: Tx,
  order: Order,
  lines: readonly ReceivedLine[],
  at: {
    by: string;
    receiptId: string;
    lotSource: 'asn' | 'scan' | 'manual';
    nowMs: number;
    proposed?: Receipt['lines'];
  },
): Promise<{ ok: true; order: Order } | Refused> {
  const unknown = lines.find(({ lineNumber }) => !order.lines.some((line) => line.lineNumber === lineNumber));
  if (unknown) {
    return {
      ok: false,
      code: 'LINE_NOT_FOUND',
      detail: `order ${order.orderNumber} has no line ${unknown.lineNumber}`,
    };
  }
  const bins = await binsWithSensor(tx, order);
  const seen = at.proposed ? new Map<number, number>() : await seenWithoutPaper(tx, order);
  const arrivals: Record<ArrivedAt, Arrival[]> = { bin: [], dock: [] };
  for (const line of lines) {
    const { lineNumber, condition, complete } = line;
    const proposed = at.proposed?.find((each) => each.lineNumber === lineNumber)?.quantity;
    if (condition !== 'good') await keepForReturn(tx, order, line, at);
    const found = condition === 'good' ? line.quantity : 0;
    const alreadySeen = Math.min(found, seen.get(lineNumber) ?? 0);
    seen.set(lineNumber, (seen.get(lineNumber) ?? 0) - alreadySeen);
    const quantity = found - alreadySeen;
    if (quantity === 0 && !complete && proposed === undefined) continue;
    const binId = order.lines.find((each) => each.lineNumber === lineNumber)?.binId ?? '';
    const where: ArrivedAt = proposed === undefined && bins.has(binId) ? 'dock' : 'bin';
    arrivals[where].push({
      lineNumber,
      quantity,
      complete,
      note: line.note ?? noteOf(quantity, proposed),
      ...(proposed === undefined ? {} : { ofProposed: proposed }),
    });
  }
  const received = await receive(tx, order, arrivals, at);
  if (received.ok) await recordLots(tx, order, lotsOf(order, lines, { ...at, timeZone: await timeZoneOf(tx, order) }));
  return received;
}

async function receive(
  tx: Tx,
  order: Order,
  arrivals: Readonly<Record<ArrivedAt, readonly Arrival[]>>,
  at: { by: string; nowMs: number },
): Promise<{ ok: true; order: Order } | Refused> {
  let current = order;
  for (const where of ['bin', 'dock'] as const) {
    if (arrivals[where].length === 0) continue;
    const command = { kind: 'receive', by: at.by, at: where, lines: arrivals[where] } as const;
    const changed = await changeOrder(tx, current, command, { actor: at.by, nowMs: at.nowMs });
    if (!changed.ok) return { ...changed, detail: isFinal(order.status) ? ended(order) : changed.detail };
    current = changed.order;
  }
  return { ok: true, order: current };
}

function ended(order: Order): string {
  return `Order ${order.orderNumber} is ${order.status}: nothing more is expected on it. Count the bin if there is more in it.`;
}

function noteOf(quantity: number, proposed: number | undefined): string | null {
  if (proposed === undefined || quantity === proposed) return null;
  return quantity < proposed
    ? `${proposed - quantity} fewer than the scale saw`
    : `${quantity - proposed} more than the scale saw`;
}

async function timeZoneOf(tx: Tx, { tenantId, siteId }: Order): Promise<string> {
  const site = await tx
    .selectFrom('site')
    .select('time_zone')
    .where('tenant_id', '=', tenantId)
    .where('site_id', '=', siteId)
    .executeTakeFirstOrThrow();
  return site.time_zone;
}

/** The first moment at which a lot may not be used is the end of its last day, as the clocks of the site tell it. */
function lotsOf(
  order: Order,
  lines: readonly ReceivedLine[],
  at: { by: string; receiptId: string; lotSource: 'asn' | 'scan' | 'manual'; nowMs: number; timeZone: string },
): NewLot[] {
  return lines.flatMap(({ lineNumber, lot, expiresOn, quantity, condition }) => {
    const line = order.lines.find((each) => each.lineNumber === lineNumber);
    if (!line || lot === undefined || quantity === 0 || condition !== 'good') return [];
    const expiresAtMs = expiresOn === undefined ? undefined : endOfDay(at.timeZone, expiresOn);
    const { binId, itemId } = line;
    const came = { receivedAtMs: at.nowMs, source: at.lotSource, reference: at.receiptId, by: at.by };
    return [{ binId, itemId, lotNumber: lot, quantity, expiresAtMs, ...came }];
  });
}

/** Goods that go into bins which no sensor looks into: only the person's word books them. */
export async function unseenGoods(
  tx: Tx,
  tenantId: string,
  orderId: string,
  lines: readonly ReceivedLine[],
): Promise<{ siteId: string; goods: { binId: string; quantity: number }[] }> {
  const order = lines.length === 0 ? undefined : await readOrder(tx, tenantId, orderId);
  if (!order) return { siteId: '', goods: [] };
  const sensed = await binsWithSensor(tx, order);
  const goods = lines.flatMap(({ lineNumber, quantity, condition }) => {
    const binId = order.lines.find((line) => line.lineNumber === lineNumber)?.binId;
    if (binId === undefined || sensed.has(binId) || quantity === 0 || condition !== 'good') return [];
    return [{ binId, quantity }];
  });
  return { siteId: order.siteId, goods };
}

/** Bins that show by themselves what comes into them. */
async function binsWithSensor(tx: Tx, order: Order): Promise<Set<string>> {
  const rows = await tx
    .selectFrom('bin_sensor')
    .select('bin_id')
    .distinct()
    .where('tenant_id', '=', order.tenantId)
    .where('site_id', '=', order.siteId)
    .where('kind', '!=', 'button')
    .where(
      'bin_id',
      'in',
      order.lines.map((line) => line.binId),
    )
    .execute();
  return new Set(rows.map((row) => row.bin_id));
}

/** By line: what scales have booked as received and no delivery note, scan or advice has named yet. */
async function seenWithoutPaper(tx: Tx, order: Order): Promise<Map<number, number>> {
  const { rows } = await sql<{ line_number: number; quantity: number }>`
    select l.line_number, sum(case when r.source = 'scale' then l.quantity else -l.quantity end)::bigint as quantity
    from order_receipt r join order_receipt_line l using (receipt_id)
    where r.order_id = ${order.orderId} and r.status = 'CONFIRMED' and l.condition = 'good'
    group by l.line_number`.execute(tx);
  return new Map(rows.map((row) => [row.line_number, Math.max(0, row.quantity)]));
}

async function keepForReturn(
  tx: Tx,
  order: Order,
  line: ReceivedLine,
  at: { by: string; nowMs: number },
): Promise<void> {
  if (line.quantity === 0) return;
  const what = line.condition === 'damaged' ? 'damaged on arrival' : 'not what was ordered';
  await writeReturn(tx, order, {
    returnId: randomUUID(),
    lineNumber: line.lineNumber,
    quantity: line.quantity,
    lot: line.lot,
    reason: line.note === undefined ? what : `${what}: ${line.note}`,
    wasReceived: false,
    by: at.by,
    nowMs: at.nowMs,
  });
}
