import type { OrderCommand } from './order-command.ts';
import {
  finished,
  from,
  missingLine,
  moved,
  quantityOf,
  RECEIVABLE,
  wasReceived,
  type Transition,
} from './order-step.ts';
import type { Order, OrderLineState } from './order.ts';
import { receiveLine } from './receive-goods.ts';

/* What becomes of an order by goods that come: seen by a scale and to be confirmed, dismissed by a person, received. */

export function propose(order: Order, command: Extract<OrderCommand, { kind: 'propose' }>): Transition {
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

export function dismiss(order: Order, command: Extract<OrderCommand, { kind: 'dismiss' }>, nowMs: number): Transition {
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

export function receive(order: Order, command: Extract<OrderCommand, { kind: 'receive' }>, nowMs: number): Transition {
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
