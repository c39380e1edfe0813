import type { OrderStatus } from '@shelfwire/contract';

import type { LineAcknowledgement } from './acknowledge-line.ts';
import type { Order, OrderLineState } from './order.ts';
import type { Transition } from './order-step.ts';

export interface Urge {
  wantedAtMs: number;
  by: string;
  note: string;
}

export interface UrgingAnswer {
  answer: 'accepted' | 'refused';
  /** Not given: by the date that was asked for. */
  promisedDeliveryAtMs: number | undefined;
  reason: string | null;
}

const NOT_AS_EARLY = 'the supplier does not deliver as early as was asked';
/** The supplier has it, and something of it has not left. */
const URGEABLE: readonly OrderStatus[] = ['SENT', 'ACKNOWLEDGED', 'PARTIALLY_SHIPPED', 'PARTIALLY_RECEIVED'];

/**
 * An order that the supplier has is asked for earlier. It stays what it is, and covers what it covers, until the supplier
 * says more: nothing is ordered on a wish. The same wish again is the same request.
 */
export function urge(order: Order, { wantedAtMs, by, note }: Urge, nowMs: number): Transition {
  if (!URGEABLE.includes(order.status)) return refuse(order, `it is ${order.status}`);
  if (order.cancellation) return refuse(order, 'the supplier was asked to cancel it');
  if (!order.lines.some(hasToLeave)) return refuse(order, 'all of it is on its way already');
  if (wantedAtMs <= nowMs) return refuse(order, 'that time is over');
  const { dueAtMs, urging } = order;
  if (dueAtMs !== null && dueAtMs > nowMs && wantedAtMs >= dueAtMs) return refuse(order, 'it is due by then anyway');
  if (urging?.wantedAtMs === wantedAtMs) return { ok: true, order, entries: [] };
  const details = { wantedAtMs, dueAtMs };
  return {
    ok: true,
    order: { ...order, urging: { requestedAtMs: nowMs, by, wantedAtMs } },
    entries: [{ status: order.status, event: 'OrderUrged', note, details }],
  };
}

/** What is promised for what has not left; a refusal is a person's business, since the shelf may run empty. */
export function answerUrging(order: Order, { answer, reason, ...given }: UrgingAnswer): Transition {
  const { urging, status } = order;
  const promisedDeliveryAtMs = given.promisedDeliveryAtMs ?? urging?.wantedAtMs;
  if (answer === 'refused') {
    if (!urging) return refuse(order, 'nobody asked, or it was answered');
    const attention = `${NOT_AS_EARLY}${reason === null ? '' : `: ${reason}`}`;
    const refused = { ...order, urging: null, attention };
    return { ok: true, order: refused, entries: [{ status, event: 'UrgingRefused', note: reason }] };
  }
  if (promisedDeliveryAtMs === undefined) return refuse(order, 'nobody asked, and no date is said');
  const lines = order.lines.map((line) => (hasToLeave(line) ? { ...line, promisedDeliveryAtMs } : line));
  const promises = lines.flatMap((line) => (line.open ? (line.promisedDeliveryAtMs ?? []) : []));
  const attention = urging && promisedDeliveryAtMs > urging.wantedAtMs ? NOT_AS_EARLY : order.attention;
  const answered = { ...order, lines, urging: null, attention, escalationLevel: 0, dueAtMs: Math.max(...promises) };
  const details = { promisedDeliveryAtMs, wantedAtMs: urging?.wantedAtMs ?? null };
  return { ok: true, order: answered, entries: [{ status, event: 'UrgingAccepted', note: reason, details }] };
}

/**
 * An acknowledgement that promises dates answers the request too.
 * @returns what is left of the request, and what is wrong with the answer
 */
export function urgingAfter(
  { urging }: Order,
  lines: readonly OrderLineState[],
  answers: readonly LineAcknowledgement[],
): { urging: Order['urging']; troubles: string[] } {
  if (!urging || !answers.some((answer) => answer.promisedDeliveryAtMs !== undefined)) return { urging, troubles: [] };
  const { wantedAtMs } = urging;
  const isLate = lines.some((line) => hasToLeave(line) && (line.promisedDeliveryAtMs ?? Infinity) > wantedAtMs);
  return { urging: null, troubles: isLate ? [NOT_AS_EARLY] : [] };
}

/** Of an open line, something was neither shipped nor received nor called off. */
function hasToLeave(line: OrderLineState): boolean {
  return (
    line.open && line.orderedQuantity - line.cancelledQuantity > Math.max(line.shippedQuantity, line.receivedQuantity)
  );
}

function refuse(order: Order, why: string): Transition {
  return { ok: false, code: 'ORDER_STATUS_CONFLICT', detail: `order ${order.orderNumber} cannot be urged: ${why}` };
}
