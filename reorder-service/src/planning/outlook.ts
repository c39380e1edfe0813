import type { BinForecast } from '@shelfwire/contract/api';

import { leadTimeQuantile, statistics } from '../replenishment/science/order-point.ts';

const DAY_MS = 86_400_000;
const DAYS_MIN = 14;
const DAYS_MAX = 90;
/** The quantity is between low and high with a probability of 80 %. */
const TAIL = 0.1;

type Outlook = NonNullable<BinForecast['outlook']>;

/**
 * What will probably be on hand if nothing more is ordered: what is there and what is to come, less the demand until then.
 * Demand adds up as in a lead time of so many days (order-point.ts), so that band and reorder point say the same.
 * @param perDay demand of each day so far
 */
export function outlookOf(
  perDay: readonly number[],
  stock: { onHand: number; receipts: Outlook['receipts'] },
  nowMs: number,
): Outlook | null {
  const { meanPerDay } = statistics(perDay);
  if (meanPerDay <= 0) return null;
  const coming = stock.receipts.reduce((sum, receipt) => sum + receipt.quantity, 0);
  const lasts = Math.ceil(((stock.onHand + coming) / meanPerDay) * 1.2);
  const count = Math.min(DAYS_MAX, Math.max(DAYS_MIN, lasts));
  const days = Array.from({ length: count + 1 }, (_, day) => dayOf(perDay, stock, nowMs, day));
  return {
    probability: 1 - 2 * TAIL,
    days: days.map(({ expected, ...rest }) => ({ ...rest, expected: Math.max(0, expected) })),
    receipts: stock.receipts,
    runsOutAtMs: firstEmpty(days.map(({ atMs, expected }) => [atMs, expected])),
    runsOutEarliestAtMs: firstEmpty(days.map(({ atMs, low }) => [atMs, low])),
  };
}

function dayOf(
  perDay: readonly number[],
  { onHand, receipts }: { onHand: number; receipts: Outlook['receipts'] },
  nowMs: number,
  day: number,
): Outlook['days'][number] {
  const atMs = nowMs + day * DAY_MS;
  const there = receipts.reduce((sum, receipt) => (receipt.atMs <= atMs ? sum + receipt.quantity : sum), onHand);
  const demand = (p: number): number =>
    day === 0 ? 0 : leadTimeQuantile(perDay, { meanDays: day, sdDays: 0 }, p).quantile;
  const expected = there - statistics(perDay).meanPerDay * day;
  return {
    atMs,
    expected,
    low: Math.max(0, Math.min(expected, there - demand(1 - TAIL))),
    high: Math.max(0, expected, there - demand(TAIL)),
  };
}

/** Where the line first meets zero; null if it stays above. */
function firstEmpty(points: readonly (readonly [atMs: number, quantity: number])[]): number | null {
  let [beforeMs, before] = points[0] ?? [0, 0];
  if (before <= 0) return beforeMs;
  for (const [atMs, quantity] of points) {
    if (quantity <= 0) {
      const fallen = before / (before - quantity);
      return Math.round(beforeMs + (atMs - beforeMs) * Math.min(1, fallen));
    }
    [beforeMs, before] = [atMs, quantity];
  }
  return null;
}
