import type { LineAcknowledgementCode, OrderStatus } from '@shelfwire/contract';

import { isFinal, type AuditEntry, type Order, type OrderLineState } from './order.ts';

/** What may happen to an order. Quantities are in stock units. */
export type OrderCommand =
  | { kind: 'approve' }
  | { kind: 'decline'; note: string }
  | { kind: 'hold'; note: string; refused?: boolean }
  | { kind: 'release' }
  | { kind: 'sent' }
  | { kind: 'cancel'; note: string }
  | { kind: 'acknowledge'; supplierOrderNumber?: string | undefined; lines: readonly LineAcknowledgement[] }
  | { kind: 'despatch'; expectedDeliveryAtMs?: number | undefined; lines: readonly LineQuantity[] }
  | { kind: 'receive'; by: string; lines: readonly (LineQuantity & { complete: boolean; note: string | null })[] }
  | { kind: 'close'; note: string };

export interface LineQuantity {
  lineNumber: number;
  quantity: number;
}

export interface LineAcknowledgement {
  lineNumber: number;
  code: LineAcknowledgementCode;
  confirmedQuantity: number;
  promisedDeliveryAtMs?: number | undefined;
  reason?: string | undefined;
}

export type Transition =
  | { ok: true; order: Order; entries: readonly AuditEntry[] }
  | { ok: false; code: 'ORDER_STATUS_CONFLICT' | 'LINE_NOT_FOUND'; detail: string };

/**
 * The life of an order, as a pure function. An order never goes back on its way: an acknowledgement that comes after the
 * goods changes the lines, not the status. Messages may overtake each other, and each says what it knows.
 */
export function transition(order: Order, command: OrderCommand, nowMs: number): Transition {
  switch (command.kind) {
    case 'approve':
      return from(order, ['DRAFT', 'PENDING_APPROVAL'], command.kind, () =>
        moved({ ...order, approvedAtMs: nowMs, dueAtMs: dueAfterWaiting(order, nowMs) }, 'APPROVED', 'OrderApproved'),
      );
    case 'decline':
      return from(order, ['DRAFT', 'PENDING_APPROVAL'], command.kind, () =>
        finished(order, 'CANCELLED', 'OrderDeclined', command.note, nowMs),
      );
    case 'hold':
      return from(order, ['DRAFT', 'PENDING_APPROVAL', 'APPROVED'], command.kind, () =>
        moved(
          { ...order, attention: command.note },
          'ON_HOLD',
          command.refused ? 'OrderRefused' : 'OrderHeld',
          command.note,
        ),
      );
    case 'release':
      return from(order, ['ON_HOLD'], command.kind, () =>
        moved({ ...order, attention: null, dueAtMs: dueAfterWaiting(order, nowMs) }, 'APPROVED', 'OrderReleased'),
      );
    case 'sent':
      // The supplier may have acknowledged before the answer to our request was read.
      if (order.sentAtMs !== null) return { ok: true, order, entries: [] };
      return from(order, ['APPROVED', 'ON_HOLD'], command.kind, () =>
        moved({ ...order, sentAtMs: nowMs, attention: null }, 'SENT', 'OrderSent'),
      );
    case 'cancel':
      // What the supplier has, only the supplier can end, or the goods come all the same.
      return from(order, CANCELLABLE, command.kind, () =>
        finished(order, 'CANCELLED', 'OrderCancelled', command.note, nowMs),
      );
    case 'close':
      if (isFinal(order.status)) return conflict(order, command.kind);
      return finished(order, 'CLOSED', 'OrderClosed', command.note, nowMs);
    case 'acknowledge':
      return acknowledge(order, command, nowMs);
    case 'despatch':
      return despatch(order, command, nowMs);
    default:
      return receive(order, command, nowMs);
  }
}

/** The supplier has its whole lead time from when it is asked: the time spent waiting for a person does not count. */
function dueAfterWaiting(order: Order, nowMs: number): number | null {
  if (order.dueAtMs === null || order.waitingSinceMs === null) return order.dueAtMs;
  return order.dueAtMs + Math.max(0, nowMs - order.waitingSinceMs);
}

const CANCELLABLE: readonly OrderStatus[] = ['DRAFT', 'PENDING_APPROVAL', 'APPROVED', 'ON_HOLD'];
const ANSWERABLE: readonly OrderStatus[] = [
  'APPROVED',
  'ON_HOLD',
  'SENT',
  'ACKNOWLEDGED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'PARTIALLY_RECEIVED',
];
const ON_ITS_WAY: readonly OrderStatus[] = [
  'SENT',
  'ACKNOWLEDGED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'PARTIALLY_RECEIVED',
];

/** The supplier has it, and has not ended it. */
export function isOnItsWay(status: OrderStatus): boolean {
  return ON_ITS_WAY.includes(status);
}

function acknowledge(order: Order, command: Extract<OrderCommand, { kind: 'acknowledge' }>, nowMs: number): Transition {
  const missing = missingLine(order, command.lines);
  if (missing) return missing;
  return from(order, ANSWERABLE, command.kind, () => {
    const byLine = new Map(command.lines.map((line) => [line.lineNumber, line]));
    const lines = order.lines.map((line) => {
      const answer = byLine.get(line.lineNumber);
      return answer && line.open ? acknowledgeLine(line, answer) : line;
    });
    const reasons = command.lines.flatMap((line) => (line.reason ? [`line ${line.lineNumber}: ${line.reason}`] : []));
    const answered: Order = {
      ...order,
      lines,
      sentAtMs: order.sentAtMs ?? nowMs,
      acknowledgedAtMs: order.acknowledgedAtMs ?? nowMs,
      supplierOrderNumber: command.supplierOrderNumber ?? order.supplierOrderNumber,
      dueAtMs: latestPromise(lines) ?? order.dueAtMs,
      attention: lines.some((line) => line.acknowledgementCode === 'IH') ? 'the supplier holds a line' : null,
    };
    const note = reasons.length > 0 ? reasons.join('; ') : null;
    if (lines.every((line) => !line.open)) {
      const anyReceived = lines.some((line) => line.receivedQuantity > 0);
      return finished(answered, anyReceived ? 'CLOSED' : 'REJECTED', 'OrderRejected', note, nowMs);
    }
    return moved(answered, furthest(order.status, 'ACKNOWLEDGED'), 'OrderAcknowledged', note);
  });
}

/** X12 element 668. */
function acknowledgeLine(line: OrderLineState, answer: LineAcknowledgement): OrderLineState {
  const { orderedQuantity } = line;
  const confirmed = answer.confirmedQuantity;
  const answered = {
    ...line,
    acknowledgementCode: answer.code,
    promisedDeliveryAtMs: answer.promisedDeliveryAtMs ?? line.promisedDeliveryAtMs,
  };
  switch (answer.code) {
    case 'ID':
    case 'IR':
      return {
        ...answered,
        confirmedQuantity: 0,
        backorderedQuantity: 0,
        cancelledQuantity: Math.max(0, orderedQuantity - line.receivedQuantity),
        open: false,
      };
    case 'IB':
      return { ...answered, confirmedQuantity: 0, backorderedQuantity: orderedQuantity, cancelledQuantity: 0 };
    case 'BP':
      return {
        ...answered,
        confirmedQuantity: confirmed,
        backorderedQuantity: Math.max(0, orderedQuantity - confirmed),
        cancelledQuantity: 0,
      };
    case 'IH':
      return answered;
    default: {
      // IA, IC, IP, IQ, IS, DR: this many will come, and what is missing of the ordered will not.
      const cancelledQuantity = Math.max(0, orderedQuantity - Math.max(confirmed, line.receivedQuantity));
      const open = orderedQuantity - cancelledQuantity - line.receivedQuantity > 0;
      return { ...answered, confirmedQuantity: confirmed, backorderedQuantity: 0, cancelledQuantity, open };
    }
  }
}

function despatch(order: Order, command: Extract<OrderCommand, { kind: 'despatch' }>, nowMs: number): Transition {
  const missing = missingLine(order, command.lines);
  if (missing) return missing;
  return from(order, ANSWERABLE, command.kind, () => {
    const lines = order.lines.map((line) => {
      const shipped = quantityOf(command.lines, line.lineNumber);
      const shippedQuantity = line.shippedQuantity + shipped;
      const backorderedQuantity = Math.max(0, line.backorderedQuantity - Math.max(0, shipped - line.confirmedQuantity));
      return shipped > 0 ? { ...line, shippedQuantity, backorderedQuantity } : line;
    });
    const all = lines.every(
      (line) => !line.open || line.shippedQuantity >= line.orderedQuantity - line.cancelledQuantity,
    );
    const any = lines.some((line) => line.shippedQuantity > 0);
    const reached = any ? (all ? 'SHIPPED' : 'PARTIALLY_SHIPPED') : 'ACKNOWLEDGED';
    const shipped = {
      ...order,
      lines,
      sentAtMs: order.sentAtMs ?? nowMs,
      dueAtMs: command.expectedDeliveryAtMs ?? order.dueAtMs,
      attention: null,
    };
    return moved(shipped, furthest(order.status, reached), 'ShipmentNotified');
  });
}

function receive(order: Order, command: Extract<OrderCommand, { kind: 'receive' }>, nowMs: number): Transition {
  const missing = missingLine(order, command.lines);
  if (missing) return missing;
  return from(order, ON_ITS_WAY, command.kind, () => {
    const byLine = new Map(command.lines.map((line) => [line.lineNumber, line]));
    const lines = order.lines.map((line) => {
      const received = byLine.get(line.lineNumber);
      if (!received) return line;
      const receivedQuantity = line.receivedQuantity + received.quantity;
      const expected = line.orderedQuantity - line.cancelledQuantity;
      const open = line.open && !received.complete && receivedQuantity < expected;
      // What will not come any more is not on order any more.
      const short = open ? 0 : Math.max(0, expected - receivedQuantity);
      return {
        ...line,
        receivedQuantity,
        open,
        cancelledQuantity: line.cancelledQuantity + short,
        backorderedQuantity: open ? line.backorderedQuantity : 0,
      };
    });
    const notes = command.lines.flatMap((line) =>
      line.note === null ? [] : [`line ${line.lineNumber}: ${line.note}`],
    );
    const note = [`received by ${command.by}`, ...notes].join('; ');
    const received = { ...order, lines };
    if (lines.some((line) => line.open)) return moved(received, 'PARTIALLY_RECEIVED', 'GoodsReceived', note);
    const arrived = moved(received, 'RECEIVED', 'GoodsReceived', note);
    const closed = finished(arrived.order, 'CLOSED', 'OrderClosed', null, nowMs);
    return { ok: true, order: closed.order, entries: [...arrived.entries, ...closed.entries] };
  });
}

type Success = Extract<Transition, { ok: true }>;

function from(order: Order, allowed: readonly OrderStatus[], what: string, then: () => Success): Transition {
  return allowed.includes(order.status) ? then() : conflict(order, what);
}

function conflict(order: Order, what: string): Transition {
  const detail = `order ${order.orderNumber} is ${order.status}: "${what}" is not possible any more, or not yet`;
  return { ok: false, code: 'ORDER_STATUS_CONFLICT', detail };
}

function moved(order: Order, status: OrderStatus, event: string, note: string | null = null): Success {
  return { ok: true, order: { ...order, status }, entries: [{ status, event, note }] };
}

function finished(order: Order, status: OrderStatus, event: string, note: string | null, nowMs: number): Success {
  const lines = order.lines.map((line) => {
    const rest = Math.max(0, line.orderedQuantity - line.cancelledQuantity - line.receivedQuantity);
    return { ...line, open: false, cancelledQuantity: line.cancelledQuantity + rest };
  });
  return moved({ ...order, lines, closedAtMs: nowMs, attention: null }, status, event, note);
}

const WAY: readonly OrderStatus[] = ['APPROVED', ...ON_ITS_WAY];

function furthest(before: OrderStatus, reached: OrderStatus): OrderStatus {
  return WAY.indexOf(before) > WAY.indexOf(reached) ? before : reached;
}

function missingLine(order: Order, lines: readonly { lineNumber: number }[]): Transition | undefined {
  const unknown = lines.find((line) => !order.lines.some((known) => known.lineNumber === line.lineNumber));
  if (!unknown) return undefined;
  return { ok: false, code: 'LINE_NOT_FOUND', detail: `order ${order.orderNumber} has no line ${unknown.lineNumber}` };
}

function quantityOf(lines: readonly LineQuantity[], lineNumber: number): number {
  let sum = 0;
  for (const line of lines) if (line.lineNumber === lineNumber) sum += line.quantity;
  return sum;
}

function latestPromise(lines: readonly OrderLineState[]): number | undefined {
  const promises = lines.flatMap((line) =>
    line.open && line.promisedDeliveryAtMs !== null ? [line.promisedDeliveryAtMs] : [],
  );
  return promises.length > 0 ? Math.max(...promises) : undefined;
}
