import type { OrderStatus } from '@shelfwire/contract';

import { remainingOf, type OpenLine } from './open-lines.ts';

/** So long after its due time an order is still believed. */
export const OVERDUE_GRACE_MS = 86_400_000;

export interface Cover {
  /** What counts as on order: will come, and in time. */
  lines: readonly OpenLine[];
  /** Of these, what comes as it was ordered. */
  sound: readonly OpenLine[];
  /** Cut short by the supplier, or overdue. What is left of the former still counts, the latter not at all. */
  impaired: readonly OpenLine[];
}

/** An order that should have come long ago covers nothing: the shelf would run empty waiting for it (failure mode 9). */
export function coverOf(openLines: readonly OpenLine[], nowMs: number): Cover {
  const coming = openLines.filter((line) => remainingOf(line) > 0);
  const lines = coming.filter((line) => !isOverdue(line, nowMs));
  const sound = lines.filter((line) => line.cancelledQuantity === 0);
  return { lines, sound, impaired: coming.filter((line) => !sound.includes(line)) };
}

/** The supplier does not know of these: they wait for a person, and cannot be late (approving them sets a new time). */
export const NOT_ASKED_YET: readonly OrderStatus[] = ['DRAFT', 'PENDING_APPROVAL'];

export function isOverdue(line: Pick<OpenLine, 'dueAtMs' | 'orderStatus'>, nowMs: number): boolean {
  if (NOT_ASKED_YET.includes(line.orderStatus)) return false;
  return line.dueAtMs !== null && line.dueAtMs + OVERDUE_GRACE_MS < nowMs;
}
