import type { OrderStatus } from '@shelfwire/contract';

import type { AuditEntry, Order } from './order.ts';

export type Transition =
  | { ok: true; order: Order; entries: readonly AuditEntry[] }
  | { ok: false; code: 'ORDER_STATUS_CONFLICT' | 'LINE_NOT_FOUND'; detail: string };

export type Success = Extract<Transition, { ok: true }>;

export interface LineQuantity {
  lineNumber: number;
  quantity: number;
}

export const CANCELLABLE: readonly OrderStatus[] = ['DRAFT', 'PENDING_APPROVAL', 'APPROVED', 'ON_HOLD'];
export const ANSWERABLE: readonly OrderStatus[] = [
  'APPROVED',
  'ON_HOLD',
  'SENT',
  'ACKNOWLEDGED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'PARTIALLY_RECEIVED',
];
export const ON_ITS_WAY: readonly OrderStatus[] = [
  'SENT',
  'ACKNOWLEDGED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'PARTIALLY_RECEIVED',
];
/** Goods may come, or be put away. */
export const RECEIVABLE: readonly OrderStatus[] = [...ON_ITS_WAY, 'RECEIVED'];

/** The supplier has it, and has not ended it. */
export function isOnItsWay(status: OrderStatus): boolean {
  return ON_ITS_WAY.includes(status);
}

/** What a command does, where the status allows it. */
export function from(order: Order, allowed: readonly OrderStatus[], what: string, then: () => Success): Transition {
  return allowed.includes(order.status) ? then() : conflict(order, what);
}

export function conflict(order: Order, what: string): Transition {
  const detail = `order ${order.orderNumber} is ${order.status}: "${what}" is not possible any more, or not yet`;
  return { ok: false, code: 'ORDER_STATUS_CONFLICT', detail };
}

export function moved(order: Order, status: OrderStatus, event: string, note: string | null = null): Success {
  return { ok: true, order: { ...order, status }, entries: [{ status, event, note }] };
}

/** The order has ended: nothing more comes on its lines. */
export function finished(
  order: Order,
  status: OrderStatus,
  event: string,
  note: string | null,
  nowMs: number,
): Success {
  const lines = order.lines.map((line) => {
    const rest = Math.max(0, line.orderedQuantity - line.cancelledQuantity - line.receivedQuantity);
    const settled = { proposedQuantity: 0, awaitingPutAwayQuantity: 0, backorderedQuantity: 0, open: false };
    return { ...line, ...settled, cancelledQuantity: line.cancelledQuantity + rest };
  });
  return moved(
    { ...order, lines, closedAtMs: nowMs, attention: null, cancellation: null, urging: null },
    status,
    event,
    note,
  );
}

const WAY: readonly OrderStatus[] = ['APPROVED', ...RECEIVABLE];

/** An order never goes back on its way. */
export function furthest(before: OrderStatus, reached: OrderStatus): OrderStatus {
  return WAY.indexOf(before) > WAY.indexOf(reached) ? before : reached;
}

export function wasReceived(order: Order): boolean {
  return order.lines.some((line) => line.receivedQuantity > 0);
}

export function missingLine(order: Order, lines: readonly { lineNumber: number }[]): Transition | undefined {
  const unknown = lines.find((line) => !order.lines.some((known) => known.lineNumber === line.lineNumber));
  if (!unknown) return undefined;
  return { ok: false, code: 'LINE_NOT_FOUND', detail: `order ${order.orderNumber} has no line ${unknown.lineNumber}` };
}

export function quantityOf(lines: readonly LineQuantity[], lineNumber: number): number {
  let sum = 0;
  for (const line of lines) if (line.lineNumber === lineNumber) sum += line.quantity;
  return sum;
}
