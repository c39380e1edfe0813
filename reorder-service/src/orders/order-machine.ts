import { dismiss, propose, receive } from './arriving-goods.ts';
import type { OrderCommand } from './order-command.ts';
import {
  ANSWERABLE,
  CANCELLABLE,
  conflict,
  finished,
  from,
  isOnItsWay,
  moved,
  wasReceived,
  type Transition,
} from './order-step.ts';
import { isFinal, type Order } from './order.ts';
import { acknowledge, answerCancellation, despatch, requestCancellation } from './supplier-answers.ts';
import { answerUrging, urge } from './urge-order.ts';

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

/** The supplier has its whole lead time from when it is asked: the time spent waiting for a person does not count. */
function dueAfterWaiting(order: Order, nowMs: number): number | null {
  if (order.dueAtMs === null || order.waitingSinceMs === null) return order.dueAtMs;
  return order.dueAtMs + Math.max(0, nowMs - order.waitingSinceMs);
}
