import { randomUUID } from 'node:crypto';

import {
  orderCancellationMessageSchema,
  orderChangeMessageSchema,
  orderReminderMessageSchema,
  purchaseOrderMessageSchema,
  type OrderCancellationMessage,
  type OrderChangeMessage,
  type OrderReminderMessage,
  type PurchaseOrderMessage,
} from '@shelfwire/contract';

import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import type { Claimed } from './claim-messages.ts';
import type { Order } from '../orders/order.ts';

/** Puts an approved order into the outbox, in the transaction that approved it. Its message is frozen here. */
export async function enqueueOrder(tx: Tx, order: Order, nowMs: number): Promise<void> {
  await enqueueOrders(tx, [order], nowMs);
}

/** The same for many of one site: a few statements, however many. */
export async function enqueueOrders(tx: Tx, orders: readonly Order[], nowMs: number): Promise<void> {
  if (orders.length === 0) return;
  const messages = await messagesOf(tx, orders, nowMs);
  await enqueue(
    tx,
    orders.map((order, index) => ({ order, kind: 'order', message: messages[index] })),
    nowMs,
  );
}

/** Asks the supplier to cancel an order that it may have. */
export async function enqueueCancellation(tx: Tx, order: Order, reason: string, nowMs: number): Promise<void> {
  const { orderId, orderNumber } = order;
  const message = orderCancellationMessageSchema.parse({
    schema: 'order-cancellation/1',
    messageId: randomUUID(),
    orderId,
    orderNumber,
    atMs: nowMs,
    reason,
  } satisfies OrderCancellationMessage);
  await enqueue(tx, [{ order, kind: 'cancellation', message }], nowMs);
}

/** Asks the supplier to deliver earlier what it has. */
export async function enqueueChange(
  tx: Tx,
  order: Order,
  wish: { wantedAtMs: number; reason: string },
  nowMs: number,
): Promise<void> {
  const { orderId, orderNumber } = order;
  const message = orderChangeMessageSchema.parse({
    schema: 'order-change/1',
    messageId: randomUUID(),
    orderId,
    orderNumber,
    atMs: nowMs,
    requestedDeliveryAtMs: wish.wantedAtMs,
    reason: wish.reason,
  } satisfies OrderChangeMessage);
  await enqueue(tx, [{ order, kind: 'change', message }], nowMs);
}

export async function enqueueReminder(
  tx: Tx,
  order: Order,
  about: OrderReminderMessage['about'],
  nowMs: number,
): Promise<void> {
  const { orderId, orderNumber } = order;
  const message = orderReminderMessageSchema.parse({
    schema: 'order-reminder/1',
    messageId: randomUUID(),
    orderId,
    orderNumber,
    atMs: nowMs,
    about,
  } satisfies OrderReminderMessage);
  await enqueue(tx, [{ order, kind: 'reminder', message }], nowMs);
}

interface Outgoing {
  order: Order;
  kind: Claimed['kind'];
  message: unknown;
}

async function enqueue(tx: Tx, outgoing: readonly Outgoing[], nowMs: number): Promise<void> {
  if (outgoing.length === 0) return;
  await sql`
    insert into message_outbox (channel, created_at_ms, next_attempt_at_ms, tenant_id, site_id, kind, recipient, order_id,
                                payload)
    select 'supplier', ${nowMs}::bigint, ${nowMs}::bigint, t.*
    from unnest(${outgoing.map(({ order }) => order.tenantId)}::text[],
                ${outgoing.map(({ order }) => order.siteId)}::text[], ${outgoing.map(({ kind }) => kind)}::text[],
                ${outgoing.map(({ order }) => order.supplierId)}::text[],
                ${outgoing.map(({ order }) => order.orderId)}::uuid[],
                ${outgoing.map(({ message }) => JSON.stringify(message))}::jsonb[]) as t`.execute(tx);
}

/** Takes an order back that was not tried yet. The order must be locked, so that no attempt begins meanwhile. */
export async function withdrawUnsent(tx: Tx, orderId: string): Promise<void> {
  await tx
    .deleteFrom('message_outbox')
    .where('channel', '=', 'supplier')
    .where('order_id', '=', orderId)
    .where('attempts', '=', 0)
    .execute();
}

/**
 * True if the supplier may know of a locked order: an attempt to send it was begun, however it ended, unless the
 * supplier's last word was that it will not take it. The dispatcher begins no attempt while the order is locked.
 */
export async function supplierMayHave(tx: Tx, orderId: string): Promise<boolean> {
  const attempted = await tx
    .selectFrom('message_outbox')
    .select('message_id')
    .where('channel', '=', 'supplier')
    .where('kind', '=', 'order')
    .where('order_id', '=', orderId)
    .where('attempts', '>', 0)
    .limit(1)
    .executeTakeFirst();
  if (!attempted) return false;
  const last = await tx
    .selectFrom('order_event')
    .select('event')
    .where('order_id', '=', orderId)
    .where('event', 'in', ['OrderRefused', 'OrderHeld', 'OrderReleased'])
    .orderBy('order_event_id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last?.event !== 'OrderRefused';
}

interface LineRow {
  order_id: string;
  buyer_name: string;
  deliver_to: string;
  expedite: boolean;
  line_number: number;
  part_number: string;
  description: string;
  ordered_quantity: number;
  stock_units_per_order_unit: number;
  order_unit: string;
  exact_unit_price_cents: number | null;
}

async function messagesOf(tx: Tx, orders: readonly Order[], nowMs: number): Promise<PurchaseOrderMessage[]> {
  const { rows } = await sql<LineRow>`
    select o.order_id, tenant.name as buyer_name, site.deliver_to, o.expedite, l.line_number, l.part_number, l.description,
           l.ordered_quantity, l.stock_units_per_order_unit, l.order_unit, l.exact_unit_price_cents
    from purchase_order o
    join site using (tenant_id, site_id)
    join tenant using (tenant_id)
    join purchase_order_line l using (order_id)
    where o.order_id = any(${orders.map(({ orderId }) => orderId)}::uuid[])
    order by o.order_id, l.line_number`.execute(tx);
  const linesOf = Map.groupBy(rows, (row) => row.order_id);
  return orders.map((order) => messageOf(order, linesOf.get(order.orderId) ?? [], nowMs));
}

function messageOf(order: Order, lines: readonly LineRow[], nowMs: number): PurchaseOrderMessage {
  const [first] = lines;
  return purchaseOrderMessageSchema.parse({
    schema: 'purchase-order/1',
    orderId: order.orderId,
    orderNumber: order.orderNumber,
    issuedAtMs: nowMs,
    buyer: { tenantId: order.tenantId, siteId: order.siteId, name: first?.buyer_name ?? '' },
    supplierId: order.supplierId,
    deliverTo: first?.deliver_to ?? '',
    ...requestedDelivery(order),
    ...(order.note === null ? {} : { note: order.note }),
    ...(first?.expedite ? { expedite: true as const } : {}),
    lines: lines.map((line) => ({
      lineNumber: line.line_number,
      supplierPartNumber: line.part_number,
      description: line.description,
      orderedUnits: line.ordered_quantity / line.stock_units_per_order_unit,
      unit: line.order_unit,
      stockUnitsPerUnit: line.stock_units_per_order_unit,
      ...(line.exact_unit_price_cents === null ? {} : { unitPriceCents: line.exact_unit_price_cents }),
    })),
  } satisfies PurchaseOrderMessage);
}

/** What a person wants, else when it is due by the agreed lead time. */
function requestedDelivery(order: Order): { requestedDeliveryAtMs?: number } {
  const atMs = order.requestedDeliveryAtMs ?? order.dueAtMs;
  return atMs === null ? {} : { requestedDeliveryAtMs: Math.round(atMs) };
}
