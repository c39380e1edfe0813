import type { NeedAfterwards } from '@shelfwire/contract/api';

import type { LineAcknowledgement } from './acknowledge-line.ts';
import { dismiss, propose, receive } from './arriving-goods.ts';
import {
  ANSWERABLE,
  CANCELLABLE,
  conflict,
  finished,
  from,
  isOnItsWay,
  moved,
  wasReceived,
  type LineQuantity,
  type Transition,
} from './order-step.ts';
import { isFinal, type Order } from './order.ts';
import type { Arrival, ArrivedAt } from './receive-goods.ts';
import { acknowledge, answerCancellation, despatch, requestCancellation } from './supplier-answers.ts';
import { answerUrging, urge, type Urge, type UrgingAnswer } from './urge-order.ts';

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
