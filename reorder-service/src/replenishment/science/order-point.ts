import { countQuantile, standardNormalQuantile } from './distributions.ts';

export interface OrderPoint {
  reorderPoint: number;
  orderUpTo: number;
  /** Of the reorder point, what is there for bad luck. */
  safetyStock: number;
  method: 'normal' | 'Poisson' | 'negative binomial';
}

/** Below this much demand in a lead time, whole pieces matter and the normal distribution does not fit. */
const NORMAL_FROM_MEAN = 30;

/**
 * s and S for a cycle service level: the share of order cycles without a stock-out, not of demand filled. s is the
 * quantile of the demand during the lead time, whose variance is L·σd² + d²·σL²; S adds the demand of one order cycle.
 */
export function orderPoint(
  demand: { meanPerDay: number; sdPerDay: number },
  leadTime: { meanDays: number; sdDays: number },
  target: number,
  cycleDays: number,
): OrderPoint {
  const mean = demand.meanPerDay * leadTime.meanDays;
  const variance = leadTime.meanDays * demand.sdPerDay ** 2 + demand.meanPerDay ** 2 * leadTime.sdDays ** 2;
  const counted = mean < NORMAL_FROM_MEAN;
  const quantile = counted
    ? countQuantile(target, mean, Math.max(mean, variance))
    : Math.ceil(mean + standardNormalQuantile(target) * Math.sqrt(variance));
  const reorderPoint = Math.max(0, quantile);
  return {
    reorderPoint,
    orderUpTo: reorderPoint + Math.max(1, Math.ceil(demand.meanPerDay * cycleDays)),
    safetyStock: Math.max(0, reorderPoint - Math.round(mean)),
    method: counted ? (variance > mean ? 'negative binomial' : 'Poisson') : 'normal',
  };
}
