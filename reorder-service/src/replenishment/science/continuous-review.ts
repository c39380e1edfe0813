import { standardNormalQuantile, standardNormalSecondLoss } from './distributions.ts';
import { economicOrder, economicOrderWithBackorders } from './economic-order.ts';
import { countCost, criticalRatio, normalCost, type OverAndUnder } from './newsvendor.ts';

/**
 * (r, Q): at or below r, order Q. What FIXED_QUANTITY does; these say which r and Q cost the least, where the costs are
 * known. Checked against stockpyl, after Snyder and Shen, Fundamentals of Supply Chain Theory.
 */
export interface ReviewCosts extends OverAndUnder {
  /** Of one order. */
  fixedCost: number;
}

export interface Demand {
  /** In one unit of time. */
  mean: number;
  sd: number;
}

export interface ReorderQuantity {
  reorderPoint: number;
  quantity: number;
}

/** Expected cost of a unit of time with normal demand, exactly. */
export function reviewCost(costs: ReviewCosts, demand: Demand, leadTime: number, policy: ReorderQuantity): number {
  const { mean, sd } = duringLeadTime(demand, leadTime);
  const { reorderPoint: r, quantity } = policy;
  const secondLoss = (x: number): number => sd * sd * standardNormalSecondLoss((x - mean) / sd);
  const missing = (costs.holdingCost + costs.stockoutCost) * (secondLoss(r) - secondLoss(r + quantity));
  return costs.holdingCost * (r + quantity / 2 - mean) + (costs.fixedCost * demand.mean + missing) / quantity;
}

/** The reorder point that costs the least with this quantity: where one unit less costs as much as at r + Q. */
export function bestReorderPoint(costs: OverAndUnder, demand: Demand, leadTime: number, quantity: number): number {
  const { mean, sd } = duringLeadTime(demand, leadTime);
  const costAt = (x: number): number => normalCost(costs, mean, sd, x);
  const turn = mean + standardNormalQuantile(criticalRatio(costs)) * sd;
  let [low, high] = [turn - quantity, turn];
  for (let i = 0; i < 100; i += 1) {
    const middle = (low + high) / 2;
    if (costAt(middle) > costAt(middle + quantity)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The economic quantity with the reorder point of the service level: simple, and holds too much. */
export function economicWithSafetyStock(costs: ReviewCosts, demand: Demand, leadTime: number): ReorderQuantity {
  const { mean, sd } = duringLeadTime(demand, leadTime);
  return {
    reorderPoint: mean + standardNormalQuantile(criticalRatio(costs)) * sd,
    quantity: economicOrder({ ...costs, demandRate: demand.mean }).quantity,
  };
}

/** The economic quantity with backorders and its best reorder point: close to the optimum (Zheng 1992). */
export function economicWithBackorders(costs: ReviewCosts, demand: Demand, leadTime: number): ReorderQuantity {
  const { quantity } = economicOrderWithBackorders({ ...costs, demandRate: demand.mean });
  return { reorderPoint: bestReorderPoint(costs, demand, leadTime, quantity), quantity };
}

/** The optimum for Poisson demand (Federgruen and Zheng 1992): Q grows as long as the next best stock costs less than the mean. */
export function bestForPoisson(
  costs: ReviewCosts,
  meanPerTime: number,
  leadTime: number,
): ReorderQuantity & { cost: number } {
  const mean = meanPerTime * leadTime;
  const costAt = (stock: number): number => countCost(costs, mean, mean, stock);
  let lowest = 0;
  while (costAt(lowest + 1) < costAt(lowest)) lowest += 1;
  let [low, high] = [lowest - 1, lowest + 1];
  let sum = costs.fixedCost * meanPerTime + costAt(lowest);
  let quantity = 1;
  for (;;) {
    const next = Math.min(costAt(low), costAt(high));
    if (next >= sum / quantity) return { reorderPoint: low, quantity, cost: sum / quantity };
    if (costAt(low) <= costAt(high)) low -= 1;
    else high += 1;
    sum += next;
    quantity += 1;
  }
}

function duringLeadTime({ mean, sd }: Demand, leadTime: number): Demand {
  return { mean: mean * leadTime, sd: sd * Math.sqrt(leadTime) };
}
