import { countLoss, countQuantile, standardNormalLoss, standardNormalQuantile } from './distributions.ts';

/** One order for an uncertain demand; checked against stockpyl. */
export interface OverAndUnder {
  /** Of one unit left over. */
  holdingCost: number;
  /** Of one unit missing. */
  stockoutCost: number;
}

/** The service level at which one unit more costs as much as it saves. */
export function criticalRatio({ holdingCost, stockoutCost }: OverAndUnder): number {
  return stockoutCost / (stockoutCost + holdingCost);
}

export interface BaseStock {
  baseStock: number;
  /** Expected, of a period. */
  cost: number;
}

export function newsvendorNormal(costs: OverAndUnder, mean: number, sd: number): BaseStock {
  const baseStock = mean + standardNormalQuantile(criticalRatio(costs)) * sd;
  return { baseStock, cost: normalCost(costs, mean, sd, baseStock) };
}

export function normalCost(costs: OverAndUnder, mean: number, sd: number, baseStock: number): number {
  const missing = sd * standardNormalLoss((baseStock - mean) / sd);
  return costs.holdingCost * (baseStock - mean + missing) + costs.stockoutCost * missing;
}

/** For demand in whole units: Poisson if the variance is the mean, negative binomial if it is more. */
export function newsvendorCount(costs: OverAndUnder, mean: number, variance: number): BaseStock {
  const baseStock = countQuantile(criticalRatio(costs), mean, variance);
  return { baseStock, cost: countCost(costs, mean, variance, baseStock) };
}

export function countCost(costs: OverAndUnder, mean: number, variance: number, baseStock: number): number {
  // Backorders make the stock negative: everything is missing.
  const missing = baseStock < 0 ? mean - baseStock : countLoss(baseStock, mean, variance);
  return costs.holdingCost * (baseStock - mean + missing) + costs.stockoutCost * missing;
}
