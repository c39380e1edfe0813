import type { LineAcknowledgementCode, OrderEvent, OrderStatus } from '@shelfwire/contract';
import type { NeedAfterwards } from '@shelfwire/contract/api';

export interface OrderLineState {
  lineNumber: number;
  binId: string;
  itemId: string;
  /** The need that it is for; of a line, since one order may serve several. */
  episodeId: string | null;
  stockUnitsPerOrderUnit: number;
  /** All quantities in stock units. */
  orderedQuantity: number;
  confirmedQuantity: number;
  shippedQuantity: number;
  receivedQuantity: number;
  cancelledQuantity: number;
  backorderedQuantity: number;
  /** Seen by a scale, and to be confirmed by a person. */
  proposedQuantity: number;
  /** Part of the received: at the dock, not seen in the bin yet. */
  awaitingPutAwayQuantity: number;
  acknowledgementCode: LineAcknowledgementCode | null;
  promisedDeliveryAtMs: number | null;
  backorderPromisedAtMs: number | null;
  receivedAtMs: number | null;
  /** Of one order unit. */
  unitPriceCents: number | null;
  confirmedUnitPriceCents: number | null;
  substitutePartNumber: string | null;
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
  version: number;
  requestedDeliveryAtMs: number | null;
  note: string | null;
  /** Who edited it last. */
  changedBy: string | null;
  /** The supplier was asked to cancel it. */
  cancellation: Cancellation | null;
  /** The supplier was asked to deliver it earlier, and has not answered. */
  urging: Urging | null;
  /** 0: in time; 1: the supplier was reminded; 2: overdue, the buyer was told; 3: the administrator was. */
  escalationLevel: number;
  /** W3C trace context of its placing; null where it is not traced. */
  traceparent: string | null;
  lines: readonly OrderLineState[];
}

export interface Urging {
  requestedAtMs: number;
  by: string;
  wantedAtMs: number;
}

export interface Cancellation {
  requestedAtMs: number;
  by: string;
  /** What becomes of the need when the supplier agrees. */
  need: NeedAfterwards;
}

/** A line and an order of which nothing has happened yet. */
export const NEW_LINE = {
  confirmedQuantity: 0,
  shippedQuantity: 0,
  receivedQuantity: 0,
  cancelledQuantity: 0,
  backorderedQuantity: 0,
  proposedQuantity: 0,
  awaitingPutAwayQuantity: 0,
  acknowledgementCode: null,
  promisedDeliveryAtMs: null,
  backorderPromisedAtMs: null,
  receivedAtMs: null,
  confirmedUnitPriceCents: null,
  substitutePartNumber: null,
  open: true,
} as const satisfies Partial<OrderLineState>;

export const NEW_ORDER = {
  status: 'DRAFT',
  approvedAtMs: null,
  sentAtMs: null,
  acknowledgedAtMs: null,
  closedAtMs: null,
  supplierOrderNumber: null,
  attention: null,
  version: 1,
  requestedDeliveryAtMs: null,
  note: null,
  changedBy: null,
  cancellation: null,
  urging: null,
  escalationLevel: 0,
  traceparent: null,
} as const satisfies Partial<Order>;

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

export function toOrderEvent(order: Order, entry: AuditEntry, eventId: string, atMs: number): OrderEvent {
  return {
    schema: 'order/1',
    eventId,
    orderId: order.orderId,
    orderNumber: order.orderNumber,
    supplierId: order.supplierId,
    atMs,
    status: entry.status,
    event: entry.event,
    lines: order.lines.map((line) => ({
      itemId: line.itemId,
      binId: line.binId,
      orderedQuantity: line.orderedQuantity,
      confirmedQuantity: line.confirmedQuantity,
      shippedQuantity: line.shippedQuantity,
      receivedQuantity: line.receivedQuantity,
    })),
    sentence: order.sentence,
    ...(order.traceparent === null ? {} : { traceparent: order.traceparent }),
  };
}
