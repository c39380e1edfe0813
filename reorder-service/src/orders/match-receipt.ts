import { remainingOf, type OpenLine } from './open-lines.ts';

/** A step up of a bin that may be a delivery. */
export interface StepUp {
  binId: string;
  itemId: string;
  quantity: number;
  uncertainty: number;
  /** As much had just been taken from this bin, so that it is stock put back, if no shipment speaks for goods. */
  putBack?: boolean;
}

export interface BookedReceipt {
  line: OpenLine;
  quantity: number;
  /** The line is finished: all came, or so nearly all that the rest is noted as short. */
  complete: boolean;
  note: string | null;
}

const RECEIVABLE = new Set(['SENT', 'ACKNOWLEDGED', 'PARTIALLY_SHIPPED', 'SHIPPED', 'PARTIALLY_RECEIVED', 'RECEIVED']);
/** People take goods while others refill: so much of a line may be missing from the step, or come too much. */
const TOLERANCE_RATIO = 0.1;
/** Less than half a pack put back is a return, not a delivery. */
const SMALLEST_RECEIPT_PACKS = 0.5;

/**
 * Finds the open lines that a step up explains, the one on its way first, then the oldest. Pure.
 * @returns empty if no line explains it: then it is an unexplained supply
 */
export function matchReceipt(step: StepUp, openLines: readonly OpenLine[]): BookedReceipt[] {
  const lines = openLines
    .filter((line) => line.binId === step.binId && line.itemId === step.itemId && RECEIVABLE.has(line.orderStatus))
    .filter((line) => remainingOf(line) > 0)
    .filter((line) => !step.putBack || isShipmentOf(line, step))
    .sort((a, b) => nearness(b) - nearness(a));
  const booked: BookedReceipt[] = [];
  let rest = step.quantity;
  for (const [index, line] of lines.entries()) {
    const remaining = remainingOf(line);
    if (rest < SMALLEST_RECEIPT_PACKS * Math.min(line.stockUnitsPerOrderUnit, remaining)) break;
    const tolerance = toleranceOf(line, step);
    const last = index === lines.length - 1;
    const quantity = rest <= remaining + tolerance || last ? rest : remaining;
    const missing = remaining - quantity;
    booked.push({ line, quantity, complete: missing <= tolerance, note: noteOf(missing, tolerance) });
    rest -= quantity;
    if (rest <= 0) break;
  }
  return booked;
}

/** What waits at the dock comes first, then what is on its way. */
function nearness(line: OpenLine): number {
  if (line.awaitingPutAwayQuantity > 0) return 2;
  return line.shippedQuantity > 0 ? 1 : 0;
}

function toleranceOf(line: OpenLine, step: StepUp): number {
  return Math.max(step.uncertainty, TOLERANCE_RATIO * line.orderedQuantity);
}

/** The step is just what the supplier says is on its way. */
function isShipmentOf(line: OpenLine, step: StepUp): boolean {
  const underway = line.shippedQuantity - line.receivedQuantity + line.awaitingPutAwayQuantity;
  return underway > 0 && Math.abs(step.quantity - underway) <= toleranceOf(line, step);
}

function noteOf(missing: number, tolerance: number): string | null {
  if (missing === 0) return null;
  if (missing < 0) return `${-missing} more than ordered`;
  return missing <= tolerance ? `${missing} short: taken while it was refilled, or a short delivery` : null;
}
