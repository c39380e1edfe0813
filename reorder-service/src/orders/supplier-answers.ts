import { acknowledgeLine, troublesOf } from './acknowledge-line.ts';
import type { OrderCommand } from './order-command.ts';
import {
  ANSWERABLE,
  finished,
  from,
  furthest,
  missingLine,
  moved,
  quantityOf,
  wasReceived,
  type Success,
  type Transition,
} from './order-step.ts';
import type { Order, OrderLineState } from './order.ts';
import { urgingAfter } from './urge-order.ts';

/* What becomes of an order by what its supplier says: an acknowledgement, a despatch advice, an answer to a cancellation. */

export function requestCancellation(
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

export function answerCancellation(
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

export function acknowledge(
  order: Order,
  command: Extract<OrderCommand, { kind: 'acknowledge' }>,
  nowMs: number,
): Transition {
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

export function despatch(
  order: Order,
  command: Extract<OrderCommand, { kind: 'despatch' }>,
  nowMs: number,
): Transition {
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

function latestPromise(lines: readonly OrderLineState[]): number | undefined {
  const promises = lines.flatMap((line) =>
    line.open && line.promisedDeliveryAtMs !== null ? [line.promisedDeliveryAtMs] : [],
  );
  return promises.length > 0 ? Math.max(...promises) : undefined;
}
