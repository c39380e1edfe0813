import { randomUUID } from 'node:crypto';

import {
  orderCancellationMessageSchema,
  orderReminderMessageSchema,
  purchaseOrderMessageSchema,
  type OrderCancellationMessage,
  type OrderReminderMessage,
  type PurchaseOrderMessage,
} from '@shelfwire/contract';

import type { Tx } from '../database/with-tenant.ts';
import type { Order } from '../orders/order.ts';

/** Puts an approved order into the outbox, in the transaction that approved it. Its message is frozen here. */
export async function enqueueOrder(tx: Tx, order: Order, nowMs: number): Promise<void> {
  await enqueue(tx, order, { kind: 'order', message: await messageOf(tx, order, nowMs) }, nowMs);
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
  await enqueue(tx, order, { kind: 'cancellation', message }, nowMs);
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
  await enqueue(tx, order, { kind: 'reminder', message }, nowMs);
}

async function enqueue(
  tx: Tx,
  order: Order,
  { kind, message }: { kind: 'order' | 'cancellation' | 'reminder'; message: object },
  nowMs: number,
): Promise<void> {
  await tx
    .insertInto('message_outbox')
    .values({
      tenant_id: order.tenantId,
      site_id: order.siteId,
      channel: 'supplier',
      kind,
      recipient: order.supplierId,
      order_id: order.orderId,
      payload: JSON.stringify(message),
      created_at_ms: nowMs,
      next_attempt_at_ms: nowMs,
    })
    .execute();
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

async function messageOf(tx: Tx, order: Order, nowMs: number): Promise<PurchaseOrderMessage> {
  const buyer = await tx
    .selectFrom('site')
    .innerJoin('tenant', 'tenant.tenant_id', 'site.tenant_id')
    .innerJoin('purchase_order as o', 'o.site_id', 'site.site_id')
    .select(['tenant.name', 'site.deliver_to', 'o.expedite'])
    .where('o.order_id', '=', order.orderId)
    .where('site.tenant_id', '=', order.tenantId)
    .where('site.site_id', '=', order.siteId)
    .executeTakeFirstOrThrow();
  const lines = await tx
    .selectFrom('purchase_order_line')
    .selectAll()
    .where('order_id', '=', order.orderId)
    .orderBy('line_number')
    .execute();
  return purchaseOrderMessageSchema.parse({
    schema: 'purchase-order/1',
    orderId: order.orderId,
    orderNumber: order.orderNumber,
    issuedAtMs: nowMs,
    buyer: { tenantId: order.tenantId, siteId: order.siteId, name: buyer.name },
    supplierId: order.supplierId,
    deliverTo: buyer.deliver_to,
    ...requestedDelivery(order),
    ...(order.note === null ? {} : { note: order.note }),
    ...(buyer.expedite ? { expedite: true as const } : {}),
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
