import { classify, type DemandClass } from './demand-class.ts';
import { countQuantile, standardNormalQuantile } from './distributions.ts';
import { criticalRatio } from './newsvendor.ts';

export interface OrderPoint {
  reorderPoint: number;
  orderUpTo: number;
  /** Of the reorder point, what is there for bad luck. */
  safetyStock: number;
  method: 'none' | 'normal' | 'Poisson' | 'negative binomial';
  demandClass: DemandClass;
  meanPerDay: number;
  sdPerDay: number;
}

export interface LeadTime {
  meanDays: number;
  sdDays: number;
}

/** Below this much demand in a lead time, whole pieces matter and the normal distribution does not fit. */
const NORMAL_FROM_MEAN = 30;

/**
 * s and S for a cycle service level: the share of order cycles without a stock-out, not of demand filled. s is the
 * quantile of the demand during the lead time; S adds the demand of one order cycle.
 * @param perDay demand of each day, zeros too
 */
export function orderPoint(
  perDay: readonly number[],
  leadTime: LeadTime,
  target: number,
  cycleDays: number,
): OrderPoint {
  const { meanPerDay, sdPerDay } = statistics(perDay);
  const { demandClass } = classify(perDay);
  const { quantile, mean, method } = leadTimeQuantile(perDay, leadTime, target);
  return {
    reorderPoint: quantile,
    orderUpTo: quantile + Math.max(1, Math.ceil(meanPerDay * cycleDays)),
    safetyStock: Math.max(0, quantile - Math.round(mean)),
    method,
    demandClass,
    meanPerDay,
    sdPerDay,
  };
}

/**
 * The quantity that the demand during the lead time exceeds with a probability of 1 − p only; its variance is
 * L·σd² + d²·σL². Demand that comes often and is much is normal; everything else is counted, where the variance tells
 * Poisson from negative binomial. On spare parts this mean over the whole history served better than Croston's, TSB's or
 * a smoothed one (docs/replenishment-quality.md).
 */
export function leadTimeQuantile(
  perDay: readonly number[],
  leadTime: LeadTime,
  p: number,
): { quantile: number; mean: number; method: OrderPoint['method'] } {
  const { meanPerDay, sdPerDay } = statistics(perDay);
  const mean = meanPerDay * leadTime.meanDays;
  if (mean <= 0) return { quantile: 0, mean: 0, method: 'none' };
  const variance = leadTime.meanDays * sdPerDay ** 2 + meanPerDay ** 2 * leadTime.sdDays ** 2;
  const often = ['smooth', 'erratic'].includes(classify(perDay).demandClass);
  if (mean >= NORMAL_FROM_MEAN && (often || variance <= mean)) {
    const quantile = Math.ceil(mean + standardNormalQuantile(p) * Math.sqrt(variance));
    return { quantile: Math.max(0, quantile), mean, method: 'normal' };
  }
  const method = variance > mean ? 'negative binomial' : 'Poisson';
  return { quantile: countQuantile(p, mean, Math.max(mean, variance)), mean, method };
}

const TARGET_DEFAULT = 0.95;
const HOLDING_RATE_DEFAULT = 0.2;
const TARGET_MIN = 0.01;
const TARGET_MAX = 0.9999;

/**
 * The cycle service level to aim at: the one that was set, or the critical ratio of what a missing unit costs and what a
 * unit on the shelf does. Without a price only a set target can be aimed at.
 */
export function targetOf(
  policy: {
    target?: number | undefined;
    missingUnitCostPerDay?: number | undefined;
    holdingRatePerYear?: number | undefined;
  },
  unitPrice: number | null,
): number {
  const { target = TARGET_DEFAULT, missingUnitCostPerDay, holdingRatePerYear = HOLDING_RATE_DEFAULT } = policy;
  if (missingUnitCostPerDay === undefined || unitPrice === null || unitPrice <= 0) return target;
  const ratio = criticalRatio({
    stockoutCost: missingUnitCostPerDay,
    holdingCost: (holdingRatePerYear * unitPrice) / 365,
  });
  return Math.min(TARGET_MAX, Math.max(TARGET_MIN, ratio));
}

/** Mean and standard deviation of the demand of one day. */
export function statistics(perDay: readonly number[]): { meanPerDay: number; sdPerDay: number } {
  const meanPerDay = perDay.reduce((total, each) => total + each, 0) / Math.max(1, perDay.length);
  const squares = perDay.reduce((total, each) => total + (each - meanPerDay) ** 2, 0);
  return { meanPerDay, sdPerDay: Math.sqrt(squares / Math.max(1, perDay.length - 1)) };
}
