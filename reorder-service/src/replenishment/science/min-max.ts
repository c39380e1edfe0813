import { countMasses } from './distributions.ts';
import { countCost, type OverAndUnder } from './newsvendor.ts';

/** (s, S) with review in each period: at or below s, order up to S. Checked against stockpyl. */
export interface MinMax {
  reorderPoint: number;
  orderUpTo: number;
}

interface Costs extends OverAndUnder {
  fixedCost: number;
}

/** The optimum for Poisson demand of a period (Zheng and Federgruen 1991), with its expected cost of a period. */
export function bestMinMax(costs: Costs, mean: number): MinMax & { cost: number } {
  const renewal = new Renewal(mean);
  const costAt = (stock: number): number => countCost(costs, mean, mean, stock);
  const costOf = (s: number, S: number): number => renewal.cost(costs.fixedCost, s, S, costAt);
  let lowest = 0;
  while (costAt(lowest + 1) < costAt(lowest)) lowest += 1;
  let best = { reorderPoint: lowest - 1, orderUpTo: lowest };
  while (costOf(best.reorderPoint, best.orderUpTo) > costAt(best.reorderPoint)) best.reorderPoint -= 1;
  let cost = costOf(best.reorderPoint, best.orderUpTo);
  for (let orderUpTo = best.orderUpTo + 1; costAt(orderUpTo) <= cost; orderUpTo += 1) {
    if (costOf(best.reorderPoint, orderUpTo) >= cost) continue;
    best = { ...best, orderUpTo };
    while (costOf(best.reorderPoint, orderUpTo) <= costAt(best.reorderPoint + 1)) best.reorderPoint += 1;
    cost = costOf(best.reorderPoint, orderUpTo);
  }
  return { ...best, cost };
}

/** Expected cost of a period under a given s and S with Poisson demand. */
export function minMaxCost(costs: Costs, mean: number, { reorderPoint, orderUpTo }: MinMax): number {
  return new Renewal(mean).cost(costs.fixedCost, reorderPoint, orderUpTo, (stock) =>
    countCost(costs, mean, mean, stock),
  );
}

/** The power approximation (Ehrhardt and Mosier 1984), for demand of which only mean and deviation are known. */
export function powerApproximation(costs: Costs, mean: number, sd: number): MinMax {
  const { fixedCost, holdingCost, stockoutCost } = costs;
  const quantity = 1.3 * mean ** 0.494 * (fixedCost / holdingCost) ** 0.506 * (1 + (sd / mean) ** 2) ** 0.116;
  const z = Math.sqrt((quantity * holdingCost) / (sd * stockoutCost));
  const reorderPoint = 0.973 * mean + sd * (0.183 / z + 1.063 - 2.192 * z);
  return { reorderPoint, orderUpTo: reorderPoint + quantity };
}

/** How often the stock stands so many units below S before the next order. */
class Renewal {
  readonly #masses: number[] = [];
  readonly #source: Generator<number, never>;
  readonly #visits: number[] = [];

  constructor(mean: number) {
    this.#source = countMasses(mean, mean);
  }

  cost(fixedCost: number, s: number, S: number, costAt: (stock: number) => number): number {
    let [sum, periods] = [fixedCost, 0];
    for (let below = 0; below < S - s; below += 1) {
      sum += this.#visitsAt(below) * costAt(S - below);
      periods += this.#visitsAt(below);
    }
    return sum / periods;
  }

  #visitsAt(below: number): number {
    for (let j = this.#visits.length; j <= below; j += 1) {
      this.#masses.push(this.#source.next().value);
      let sum = Number(j === 0);
      for (let demand = 1; demand <= j; demand += 1) {
        sum += (this.#masses[demand] ?? 0) * (this.#visits[j - demand] ?? 0);
      }
      this.#visits.push(sum / (1 - (this.#masses[0] ?? 0)));
    }
    return this.#visits[below] ?? 0;
  }
}
