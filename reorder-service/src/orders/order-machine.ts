import type { OrderStatus } from '@shelfwire/contract';
import type { NeedAfterwards } from '@shelfwire/contract/api';

import { acknowledgeLine, troublesOf, type LineAcknowledgement } from './acknowledge-line.ts';
import { isFinal, type AuditEntry, type Order, type OrderLineState } from './order.ts';
import { answerUrging, urge, urgingAfter, type Urge, type UrgingAnswer } from './urge-order.ts';
import { receiveLine, type Arrival, type ArrivedAt } from './receive-goods.ts';

/** What may happen to an order. Quantities are in stock units. */
export type OrderCommand =
  | { kind: 'approve' }
  | { kind: 'decline'; note: string }
  | { kind: 'hold'; note: string; refused?: boolean }
  | { kind: 'release' }
  | { kind: 'sent' }
  | { kind: 'cancel'; note: string }
  | { kind: 'request-cancellation'; note: string; by: string; need: NeedAfterwards }
  | { kind: 'cancellation-answer'; answer: 'accepted' | 'refused' | 'by-supplier'; reason: string | null }
  | {
      kind: 'acknowledge';
      supplierOrderNumber?: string | undefined;
      lines: readonly LineAcknowledgement[];
      /** By so much a price may rise before a person has to agree. */
      priceTolerance?: number;
    }
  | ({ kind: 'urge' } & Urge)
  | ({ kind: 'urging-answer' } & UrgingAnswer)
  | { kind: 'accept-change' }
  | { kind: 'despatch'; expectedDeliveryAtMs?: number | undefined; lines: readonly LineQuantity[] }
  | { kind: 'propose'; lines: readonly LineQuantity[] }
  | { kind: 'dismiss'; lines: readonly LineQuantity[]; note: string }
  | { kind: 'receive'; by: string; at?: ArrivedAt; lines: readonly Arrival[] }
  | { kind: 'escalate'; level: number; event: string; note: string }
  | { kind: 'close'; note: string };

export interface LineQuantity {
  lineNumber: number;
  quantity: number;
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
    case 'request-cancellation':
      return from(order, ANSWERABLE, command.kind, () => requestCancellation(order, command, nowMs));
    case 'cancellation-answer':
      return from(order, ANSWERABLE, command.kind, () => answerCancellation(order, command, nowMs));
    case 'close':
      if (isFinal(order.status)) return conflict(order, command.kind);
      return finished(order, wasReceived(order) ? 'CLOSED' : 'CANCELLED', 'OrderClosed', command.note, nowMs);
    case 'acknowledge':
      return acknowledge(order, command, nowMs);
    case 'urge':
      return urge(order, command, nowMs);
    case 'urging-answer':
      return isOnItsWay(order.status) ? answerUrging(order, command) : conflict(order, command.kind);
    case 'accept-change':
      if (isFinal(order.status) || order.attention === null) return conflict(order, command.kind);
      return moved({ ...order, attention: null }, order.status, 'ChangeAccepted', order.attention);
    case 'despatch':
      return despatch(order, command, nowMs);
    case 'propose':
      return propose(order, command);
    case 'dismiss':
      return dismiss(order, command, nowMs);
    case 'escalate':
      if (isFinal(order.status)) return conflict(order, command.kind);
      return moved(
        { ...order, escalationLevel: command.level, attention: attentionAt(order, command) },
        order.status,
        command.event,
        command.note,
      );
    default:
      return receive(order, command, nowMs);
  }
}

/** A reminder alone is nobody's business yet. What else a person was told stays behind it. */
function attentionAt(order: Order, { level, note }: { level: number; note: string }): string | null {
  if (level < 2 || order.attention?.startsWith(note)) return order.attention;
  const before = order.attention === null || order.escalationLevel >= 2 ? '' : `; ${order.attention}`;
  return `${note}${before}`;
}

function requestCancellation(
  order: Order,
  command: Extract<OrderCommand, { kind: 'request-cancellation' }>,
  nowMs: number,
): Success {
  const cancellation = {
    requestedAtMs: order.cancellation?.requestedAtMs ?? nowMs,
    by: command.by,
    need: command.need,
  };
  const attention = `the supplier was asked to cancel it (${command.note})`;
  return moved({ ...order, cancellation, attention }, order.status, 'CancellationRequested', command.note);
}

function answerCancellation(
  order: Order,
  { answer, reason }: Extract<OrderCommand, { kind: 'cancellation-answer' }>,
  nowMs: number,
): Success {
  if (answer === 'refused') {
    const attention = `the supplier does not cancel it${reason === null ? '' : `: ${reason}`}`;
    return moved({ ...order, cancellation: null, attention }, order.status, 'CancellationRefused', reason);
  }
  // A supplier that cancels by itself has rejected the order: the need stands, and somebody else is asked.
  const ended = answer === 'by-supplier' ? 'REJECTED' : 'CANCELLED';
  return finished(order, wasReceived(order) ? 'CLOSED' : ended, 'OrderCancelledBySupplier', reason, nowMs);
}

function wasReceived(order: Order): boolean {
  return order.lines.some((line) => line.receivedQuantity > 0);
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
/** Goods may come, or be put away. */
const RECEIVABLE: readonly OrderStatus[] = [...ON_ITS_WAY, 'RECEIVED'];

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
    const troubles = order.lines.flatMap((before, index) => {
      const [after, answer] = [lines[index], byLine.get(before.lineNumber)];
      return after && answer ? troublesOf(before, after, answer, command.priceTolerance ?? 0) : [];
    });
    const { urging, troubles: ofUrging } = urgingAfter(order, lines, command.lines);
    troubles.push(...ofUrging);
    const answered: Order = {
      ...order,
      lines,
      urging,
      sentAtMs: order.sentAtMs ?? nowMs,
      acknowledgedAtMs: order.acknowledgedAtMs ?? nowMs,
      supplierOrderNumber: command.supplierOrderNumber ?? order.supplierOrderNumber,
      dueAtMs: latestPromise(lines) ?? order.dueAtMs,
      attention: troubles.length > 0 ? troubles.join('; ') : attentionOfCancellation(order),
      escalationLevel: 0,
    };
    const note = reasons.length > 0 ? reasons.join('; ') : null;
    if (lines.every((line) => !line.open)) {
      return finished(answered, wasReceived(answered) ? 'CLOSED' : 'REJECTED', 'OrderRejected', note, nowMs);
    }
    return moved(answered, furthest(order.status, 'ACKNOWLEDGED'), 'OrderAcknowledged', note);
  });
}

/** While the supplier has not said whether it cancels, somebody is still to look at it. */
function attentionOfCancellation(order: Order): string | null {
  return order.cancellation === null ? null : order.attention;
}

function despatch(order: Order, command: Extract<OrderCommand, { kind: 'despatch' }>, nowMs: number): Transition {
  const missing = missingLine(order, command.lines);
  if (missing) return missing;
  return from(order, ANSWERABLE, command.kind, () => {
    const lines = order.lines.map((line) => {
      const shipped = quantityOf(command.lines, line.lineNumber);
      const shippedQuantity = line.shippedQuantity + shipped;
      const backorderedQuantity = Math.max(0, line.backorderedQuantity - Math.max(0, shipped - line.confirmedQuantity));
      const promisedDeliveryAtMs = command.expectedDeliveryAtMs ?? line.promisedDeliveryAtMs;
      return shipped > 0 ? { ...line, shippedQuantity, backorderedQuantity, promisedDeliveryAtMs } : line;
    });
    const all = lines.every(
      (line) => !line.open || line.shippedQuantity >= line.orderedQuantity - line.cancelledQuantity,
    );
    const any = lines.some((line) => line.shippedQuantity > 0);
    const reached = any ? (all ? 'SHIPPED' : 'PARTIALLY_SHIPPED') : 'ACKNOWLEDGED';
    const shipped = {
      ...order,
      lines,
      urging: reached === 'SHIPPED' ? null : order.urging,
      sentAtMs: order.sentAtMs ?? nowMs,
      dueAtMs: command.expectedDeliveryAtMs ?? order.dueAtMs,
      attention: attentionOfCancellation(order),
      escalationLevel: 0,
    };
    return moved(shipped, furthest(order.status, reached), 'ShipmentNotified');
  });
}

function propose(order: Order, command: Extract<OrderCommand, { kind: 'propose' }>): Transition {
  const missing = missingLine(order, command.lines);
  if (missing) return missing;
  return from(order, RECEIVABLE, command.kind, () => {
    const lines = order.lines.map((line) => {
      const proposedQuantity = line.proposedQuantity + quantityOf(command.lines, line.lineNumber);
      return line.open ? { ...line, proposedQuantity } : line;
    });
    const note = command.lines.map((line) => `line ${line.lineNumber}: ${line.quantity}`).join('; ');
    const attention = order.attention ?? 'a delivery that the scale saw waits for confirmation';
    return moved({ ...order, lines, attention }, order.status, 'ReceiptProposed', note);
  });
}

function dismiss(order: Order, command: Extract<OrderCommand, { kind: 'dismiss' }>, nowMs: number): Transition {
  const missing = missingLine(order, command.lines);
  if (missing) return missing;
  return from(order, RECEIVABLE, command.kind, () => {
    const lines = order.lines.map((line) => dismissOf(line, quantityOf(command.lines, line.lineNumber)));
    const dismissed = { ...order, lines, attention: null };
    if (lines.some((line) => line.open)) return moved(dismissed, order.status, 'ReceiptDismissed', command.note);
    const status = wasReceived(order) ? 'CLOSED' : 'REJECTED';
    return finished(dismissed, status, 'ReceiptDismissed', command.note, nowMs);
  });
}

/** It is on order again, unless the supplier has said meanwhile that it will not come. */
function dismissOf(line: OrderLineState, quantity: number): OrderLineState {
  if (quantity === 0 || !line.open) return line;
  const proposedQuantity = Math.max(0, line.proposedQuantity - quantity);
  const rest = Math.max(0, line.orderedQuantity - line.cancelledQuantity - line.receivedQuantity - proposedQuantity);
  const rejected = line.acknowledgementCode === 'ID' || line.acknowledgementCode === 'IR';
  const cancelledQuantity = line.cancelledQuantity + (rejected ? rest : 0);
  const open = proposedQuantity > 0 || line.awaitingPutAwayQuantity > 0 || (!rejected && rest > 0);
  return { ...line, proposedQuantity, cancelledQuantity, open };
}

function receive(order: Order, command: Extract<OrderCommand, { kind: 'receive' }>, nowMs: number): Transition {
  const missing = missingLine(order, command.lines);
  if (missing) return missing;
  return from(order, RECEIVABLE, command.kind, () => {
    let lines = [...order.lines];
    for (const arrival of command.lines) {
      lines = lines.map((line) =>
        line.lineNumber === arrival.lineNumber ? receiveLine(line, arrival, command.at ?? 'bin', nowMs) : line,
      );
    }
    const notes = command.lines.flatMap((line) =>
      line.note === null ? [] : [`line ${line.lineNumber}: ${line.note}`],
    );
    const note = [`received by ${command.by}`, ...notes].join('; ');
    const confirmed = lines.every((line) => line.proposedQuantity === 0) ? null : order.attention;
    const received = { ...order, lines, attention: confirmed, escalationLevel: 0 };
    const event = order.status === 'RECEIVED' ? 'GoodsPutAway' : 'GoodsReceived';
    if (lines.some((line) => toDeliver(line) > 0)) return moved(received, 'PARTIALLY_RECEIVED', event, note);
    const arrived = moved({ ...received, urging: null }, 'RECEIVED', event, note);
    if (lines.some((line) => line.open)) return arrived;
    const closed = finished(arrived.order, 'CLOSED', 'OrderClosed', null, nowMs);
    return { ok: true, order: closed.order, entries: [...arrived.entries, ...closed.entries] };
  });
}

function toDeliver(line: OrderLineState): number {
  if (!line.open) return 0;
  return line.orderedQuantity - line.cancelledQuantity - line.receivedQuantity - line.proposedQuantity;
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
