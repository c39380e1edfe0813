import { nextReview } from './calendar.ts';
import type { Position } from './decision-input.ts';
import type { Policy, WEEKDAYS } from './policy.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** When an order that gathers the needs of several bins is sent. Full: as soon as any one of the minimums is reached. */
export interface Truck {
  days?: readonly (typeof WEEKDAYS)[number][];
  cutOff: string;
  waitHoursMax: number;
  minValue?: number;
  minWeightKg?: number;
  minUnits?: number;
}

export interface Load {
  amountCents: number | null;
  grams: number;
  /** Order units. */
  units: number;
}

/** Pure. A truck without a minimum is never full: it leaves by the clock. */
export function isFull(truck: Truck, load: Load): boolean {
  const { minValue = Infinity, minWeightKg = Infinity, minUnits = Infinity } = truck;
  return (load.amountCents ?? 0) >= minValue * 100 || load.grams >= minWeightKg * 1_000 || load.units >= minUnits;
}

/**
 * Until when a need may wait for others: the next truck, the longest that anything waits, or the moment after which the
 * goods would come too late for its bin, whichever is first. Pure.
 */
export function gatherUntil(truck: Truck, timeZone: string, slackMs: number, nowMs: number): number {
  const leaves = truck.days
    ? nextReview({ reviewDays: [...truck.days], cutOff: truck.cutOff }, timeZone, nowMs)
    : Number.POSITIVE_INFINITY;
  return Math.min(leaves, nowMs + truck.waitHoursMax * HOUR_MS, nowMs + Math.max(0, slackMs));
}

/**
 * How long a bin can wait before an order must leave to arrive while its safety stock is untouched. Where demand is not
 * known, the policy's own assumption holds: that the reorder point lasts for the lead time. Then a bin at its reorder point
 * cannot wait at all. Pure.
 */
export function slackMsOf(
  bin: { position: Position; policy: Policy | undefined; reorderPoint: number },
  demandPerDay: number | undefined,
  leadTimeDays: number,
): number {
  const { position, policy, reorderPoint } = bin;
  const safetyStock = policy?.safetyStock ?? 0;
  const perDay = demandPerDay ?? Math.max(1, reorderPoint - safetyStock) / Math.max(leadTimeDays, 1);
  const usable = position.onHand - (position.unusable ?? 0) - position.reserved - position.backordered - safetyStock;
  if (usable <= 0) return 0;
  if (perDay <= 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, (usable / perDay - leadTimeDays) * DAY_MS);
}
