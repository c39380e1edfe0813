import type { OrderStatus } from '@shelfwire/contract';

import { remainingOf, type OpenLine } from './open-lines.ts';

/** So long after its due time an order is still believed. */
export const OVERDUE_GRACE_MS = 86_400_000;

export interface Cover {
  /** What counts as on order: will come, and in time. */
  lines: readonly OpenLine[];
  /** Of these, what comes as it was ordered. */
  sound: readonly OpenLine[];
  /** Cut short by the supplier, overdue, or promised too late. What is left of the first still counts, the others not. */
  impaired: readonly OpenLine[];
  /** Open, and yet no cover. */
  tooLate: readonly OpenLine[];
}

/**
 * An order that should have come long ago covers nothing, and neither does one that is promised for later than a new
 * order would come: the shelf would run empty waiting for it (failure mode 9).
 * @param leadTimeMsOf how long the line may take: as agreed, or until somebody else could deliver; undefined: as long as
 *   it wants, since nobody sells the item any more
 */
export function coverOf(
  openLines: readonly OpenLine[],
  leadTimeMsOf: (line: OpenLine) => number | undefined,
  nowMs: number,
): Cover {
  const coming = openLines.filter((line) => remainingOf(line) > 0);
  const tooLate = coming.filter((line) => isOverdue(line, nowMs) || isBeyond(line, leadTimeMsOf(line), nowMs));
  const lines = coming.filter((line) => !tooLate.includes(line));
  const sound = lines.filter((line) => line.cancelledQuantity === 0);
  return { lines, sound, impaired: coming.filter((line) => !sound.includes(line)), tooLate };
}

function isBeyond(line: OpenLine, leadTimeMs: number | undefined, nowMs: number): boolean {
  if (leadTimeMs === undefined || line.dueAtMs === null || NOT_ASKED_YET.includes(line.orderStatus)) return false;
  return line.dueAtMs > nowMs + leadTimeMs + OVERDUE_GRACE_MS;
}

/** The supplier does not know of these: they wait for a person, and cannot be late (approving them sets a new time). */
export const NOT_ASKED_YET: readonly OrderStatus[] = ['DRAFT', 'PENDING_APPROVAL'];

export function isOverdue(line: Pick<OpenLine, 'dueAtMs' | 'orderStatus'>, nowMs: number): boolean {
  if (NOT_ASKED_YET.includes(line.orderStatus)) return false;
  return line.dueAtMs !== null && line.dueAtMs + OVERDUE_GRACE_MS < nowMs;
}
