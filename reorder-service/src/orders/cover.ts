import type { OrderStatus } from '@shelfwire/contract';

import { remainingOf, toDeliverOf, type OpenLine } from './open-lines.ts';

/** So long after its due time an order is still believed, and an acknowledgement still expected. */
export const OVERDUE_GRACE_MS = 86_400_000;
/** Goods at the dock are in their bin within so long, or something is wrong with them. */
const PUT_AWAY_WITHIN_MS = 86_400_000;

export interface Cover {
  /** What counts as on order: stock units that will come, and in time. */
  quantity: number;
  /** Lines that come as they were ordered. */
  sound: readonly OpenLine[];
  /** Cut short by the supplier, overdue, not answered, backordered or promised too late. What will come in time still counts. */
  impaired: readonly OpenLine[];
  /** Open, and yet no cover, each with the reason. */
  tooLate: readonly { line: OpenLine; because: string }[];
}

/**
 * An order that should have come long ago covers nothing, and neither does one that is promised for later than a new
 * order would come: the shelf would run empty waiting for it (failure mode 9). What is backordered counts from when it is
 * promised; without a promise it does not count.
 * @param leadTimeMsOf how long the line may take: as agreed, or until somebody else could deliver; undefined: as long as
 *   it wants, since nobody sells the item any more
 */
export function coverOf(
  openLines: readonly OpenLine[],
  leadTimeMsOf: (line: OpenLine) => number | undefined,
  nowMs: number,
): Cover {
  const cover = {
    quantity: 0,
    sound: [] as OpenLine[],
    impaired: [] as OpenLine[],
    tooLate: [] as Cover['tooLate'][number][],
  };
  for (const line of openLines) {
    const remaining = remainingOf(line);
    if (remaining === 0) continue;
    const { quantity, because } = coverOfLine(line, leadTimeMsOf(line), nowMs);
    cover.quantity += quantity;
    if (quantity === remaining && line.cancelledQuantity === 0) cover.sound.push(line);
    else cover.impaired.push(line);
    if (quantity === 0 && because !== undefined) cover.tooLate.push({ line, because });
  }
  return cover;
}

function coverOfLine(
  line: OpenLine,
  leadTimeMs: number | undefined,
  nowMs: number,
): { quantity: number; because?: string } {
  const atDock = (line.receivedAtMs ?? 0) + PUT_AWAY_WITHIN_MS >= nowMs ? line.awaitingPutAwayQuantity : 0;
  const toDeliver = toDeliverOf(line);
  if (NOT_ASKED_YET.includes(line.orderStatus)) return { quantity: toDeliver + atDock };
  if (isUnanswered(line, nowMs)) return { quantity: atDock, because: `${line.orderNumber} was never acknowledged` };
  const backordered = Math.min(toDeliver, line.backorderedQuantity);
  const prompt = lateness(line.dueAtMs, leadTimeMs, nowMs);
  const later =
    line.backorderPromisedAtMs === null
      ? 'is backordered without a date'
      : lateness(line.backorderPromisedAtMs, leadTimeMs, nowMs);
  const quantity =
    (prompt === undefined ? toDeliver - backordered : 0) + (later === undefined ? backordered : 0) + atDock;
  const late = toDeliver > backordered ? prompt : later;
  return { quantity, because: `${line.orderNumber} ${late ?? 'is not put away'}` };
}

/** @returns undefined if it is in time */
function lateness(dueAtMs: number | null, leadTimeMs: number | undefined, nowMs: number): string | undefined {
  if (dueAtMs === null) return undefined;
  if (dueAtMs + OVERDUE_GRACE_MS < nowMs) return 'is overdue';
  if (leadTimeMs === undefined || dueAtMs <= nowMs + leadTimeMs + OVERDUE_GRACE_MS) return undefined;
  return `is promised only for ${new Date(dueAtMs).toISOString().slice(0, 10)}`;
}

/** Nobody can tell whether the supplier has it. */
function isUnanswered(line: OpenLine, nowMs: number): boolean {
  if (line.orderStatus !== 'SENT' || line.acknowledgeWithinMs === null || line.sentAtMs === null) return false;
  return line.sentAtMs + line.acknowledgeWithinMs + OVERDUE_GRACE_MS < nowMs;
}

/** The supplier does not know of these: they wait for a person, and cannot be late (approving them sets a new time). */
export const NOT_ASKED_YET: readonly OrderStatus[] = ['DRAFT', 'PENDING_APPROVAL'];
