import type { LineAcknowledgementCode, OrderEvent, OrderStatus } from '@shelfwire/contract';

export interface OrderLineState {
  lineNumber: number;
  binId: string;
  itemId: string;
  stockUnitsPerOrderUnit: number;
  /** All quantities in stock units. */
  orderedQuantity: number;
  confirmedQuantity: number;
  shippedQuantity: number;
  receivedQuantity: number;
  cancelledQuantity: number;
  backorderedQuantity: number;
  acknowledgementCode: LineAcknowledgementCode | null;
  promisedDeliveryAtMs: number | null;
  /** Goods may still come; only open lines count as on order. */
  open: boolean;
}

export interface Order {
  orderId: string;
  orderNumber: string;
  tenantId: string;
  siteId: string;
  supplierId: string;
  episodeId: string | null;
  status: OrderStatus;
  sentence: string;
  approvedAtMs: number | null;
  /** Since when it has been waiting for a person; null if it does not. */
  waitingSinceMs: number | null;
  sentAtMs: number | null;
  acknowledgedAtMs: number | null;
  closedAtMs: number | null;
  dueAtMs: number | null;
  supplierOrderNumber: string | null;
  /** Why a person must look at it. */
  attention: string | null;
  lines: readonly OrderLineState[];
}

/** One line of the audit trail. */
export interface AuditEntry {
  status: OrderStatus;
  event: string;
  note: string | null;
  details?: Record<string, unknown>;
}

/** Nothing can happen to it any more. */
export function isFinal(status: OrderStatus): boolean {
  return status === 'CLOSED' || status === 'REJECTED' || status === 'CANCELLED';
}

export function toOrderEvent(order: Order, eventId: string, atMs: number): OrderEvent {
  return {
    schema: 'order/1',
    eventId,
    orderId: order.orderId,
    orderNumber: order.orderNumber,
    supplierId: order.supplierId,
    atMs,
    status: order.status,
    lines: order.lines.map((line) => ({
      itemId: line.itemId,
      binId: line.binId,
      orderedQuantity: line.orderedQuantity,
      confirmedQuantity: line.confirmedQuantity,
      shippedQuantity: line.shippedQuantity,
      receivedQuantity: line.receivedQuantity,
    })),
    sentence: order.sentence,
  };
}
