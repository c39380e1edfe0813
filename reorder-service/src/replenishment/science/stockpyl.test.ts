import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { needsSharedData } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import {
  bestForPoisson,
  bestReorderPoint,
  economicWithBackorders,
  economicWithSafetyStock,
  reviewCost,
} from './continuous-review.ts';
import { countLoss, countMasses, standardNormalSecondLoss } from './distributions.ts';
import { economicOrder, economicOrderWithBackorders, economicOrderWithPriceTiers } from './economic-order.ts';
import { bestMinMax, minMaxCost, powerApproximation } from './min-max.ts';
import { newsvendorCount, newsvendorNormal, normalCost, countCost } from './newsvendor.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const golden = (name: string): unknown => JSON.parse(readFileSync(`${ROOT}../shared/demand/golden/${name}`, 'utf8'));

type Args = Record<string, number> & { breakpoints?: number[]; unit_costs?: number[] };
interface Call {
  function: string;
  args: Args;
  result: unknown;
}
const n = (args: Args, name: string): number => args[name] ?? Number.NaN;
const costs = (args: Args): { fixedCost: number; holdingCost: number; stockoutCost: number; demandRate: number } => ({
  fixedCost: n(args, 'fixed_cost'),
  holdingCost: n(args, 'holding_cost'),
  stockoutCost: n(args, 'stockout_cost'),
  demandRate: n(args, 'demand_rate'),
});
const demand = (args: Args) => ({ mean: n(args, 'demand_mean'), sd: n(args, 'demand_sd') });
/** stockpyl's base stock must last for the lead time and the period of the review. */
const periods = (args: Args): number => (args['lead_time'] ?? 0) + 1;

const MINE: Readonly<Record<string, (args: Args) => number[]>> = {
  economic_order_quantity: (args) => {
    const { quantity, cost } = economicOrder(costs(args));
    return args['order_quantity'] === undefined ? [quantity, cost] : [];
  },
  economic_order_quantity_with_backorders: (args) => {
    if (args['order_quantity'] !== undefined) return [];
    const { quantity, lateShare, cost } = economicOrderWithBackorders(costs(args));
    return [quantity, lateShare, cost];
  },
  economic_order_quantity_with_all_units_discounts: (args) => {
    const unitPrices = args.unit_costs ?? [];
    const tiers = (args.breakpoints ?? []).map((from, i) => ({ from, unitPrice: unitPrices[i] ?? Number.NaN }));
    const best = economicOrderWithPriceTiers({ ...costs(args), holdingRate: n(args, 'holding_cost_rate') }, tiers);
    return [best.quantity, unitPrices.indexOf(best.unitPrice), best.cost];
  },
  newsvendor_normal: (args) => {
    if (args['base_stock_level'] !== undefined) return [];
    const { mean, sd } = demand(args);
    const { baseStock, cost } = newsvendorNormal(costs(args), mean * periods(args), sd * Math.sqrt(periods(args)));
    return [baseStock, cost];
  },
  newsvendor_normal_cost: (args) => {
    const [mean, sd] = [demand(args).mean * periods(args), demand(args).sd * Math.sqrt(periods(args))];
    return [normalCost(costs(args), mean, sd, n(args, 'base_stock_level'))];
  },
  newsvendor_poisson: (args) => {
    if (args['base_stock_level'] !== undefined) return [];
    const mean = demand(args).mean * periods(args);
    const { baseStock, cost } = newsvendorCount(costs(args), mean, mean);
    return [baseStock, cost];
  },
  newsvendor_poisson_cost: (args) => {
    const mean = demand(args).mean * periods(args);
    return [countCost(costs(args), mean, mean, n(args, 'base_stock_level'))];
  },
  r_q_cost: (args) => [
    reviewCost(costs(args), demand(args), n(args, 'lead_time'), {
      reorderPoint: n(args, 'reorder_point'),
      quantity: n(args, 'order_quantity'),
    }),
  ],
  r_q_optimal_r_for_q: (args) => [
    bestReorderPoint(costs(args), demand(args), n(args, 'lead_time'), n(args, 'order_quantity')),
  ],
  r_q_eoqss_approximation: (args) => pair(economicWithSafetyStock(costs(args), demand(args), n(args, 'lead_time'))),
  r_q_eoqb_approximation: (args) => pair(economicWithBackorders(costs(args), demand(args), n(args, 'lead_time'))),
  r_q_poisson_exact: (args) => {
    const best = bestForPoisson(costs(args), demand(args).mean, n(args, 'lead_time'));
    return [...pair(best), best.cost];
  },
  s_s_discrete_exact: (args) => {
    if (!args['use_poisson']) return [];
    const { reorderPoint, orderUpTo, cost } = bestMinMax(costs(args), demand(args).mean);
    return [reorderPoint, orderUpTo, cost];
  },
  s_s_cost_discrete: (args) =>
    args['use_poisson']
      ? [
          minMaxCost(costs(args), demand(args).mean, {
            reorderPoint: n(args, 'reorder_point'),
            orderUpTo: n(args, 'order_up_to_level'),
          }),
        ]
      : [],
  s_s_power_approximation: (args) => {
    const { reorderPoint, orderUpTo } = powerApproximation(costs(args), demand(args).mean, demand(args).sd);
    return [reorderPoint, orderUpTo];
  },
  standard_normal_second_loss: (args) => [standardNormalSecondLoss(n(args, 'z'))],
  poisson_loss: (args) => [countLoss(n(args, 'x'), n(args, 'mean'), n(args, 'mean'))],
};

function pair({ reorderPoint, quantity }: { reorderPoint: number; quantity: number }): number[] {
  return [reorderPoint, quantity];
}

describe.runIf(needsSharedData('demand/golden', ROOT))('inventory formulas agree with the reference', () => {
  const { test_calls: calls } = needsSharedData('demand/golden', ROOT)
    ? (golden('stockpyl_test_calls.json') as { test_calls: Call[] })
    : { test_calls: [] };

  test.each(Object.entries(MINE))('%s: stockpyl, to 1e-6', (name, mine) => {
    let checked = 0;
    for (const call of calls) {
      if (call.function !== name) continue;
      const result = mine(call.args);
      const expected = [call.result].flat(1) as number[];
      for (const [index, value] of result.entries()) {
        const theirs = expected[index] ?? Number.NaN;
        const apart = Math.abs(value - theirs) / Math.max(1, Math.abs(theirs));
        expect([call.args, index, value, theirs, apart <= 1e-6]).toEqual([call.args, index, value, theirs, true]);
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(0);
  });

  test('what a stock leaves unserved, Poisson and negative binomial: scipy', () => {
    const { distributions } = golden('scipy_vectors.json') as {
      distributions: {
        dist: string;
        mean: number;
        variance?: number;
        cdf?: Record<string, number>;
        loss?: Record<string, number>;
      }[];
    };
    let checked = 0;
    for (const { dist, mean, variance = mean, cdf, loss } of distributions) {
      if (dist !== 'poisson' && dist !== 'negbin') continue;
      for (const [k, expected] of Object.entries(loss ?? {})) {
        expect(Math.abs(countLoss(Number(k), mean, variance) - expected)).toBeLessThan(1e-6 * Math.max(1, mean));
        checked += 1;
      }
      for (const [k, expected] of Object.entries(cdf ?? {})) {
        const masses = countMasses(mean, variance);
        let sum = 0;
        for (let j = 0; j <= Number(k); j += 1) sum += masses.next().value;
        expect(sum).toBeCloseTo(expected, 9);
      }
    }
    expect(checked).toBeGreaterThanOrEqual(40);
  });
});

describe('an economic order', () => {
  test('takes the next price tier where that is cheaper in all', () => {
    const costs = { fixedCost: 5, demandRate: 100, holdingRate: 0.2 };
    const near = economicOrderWithPriceTiers(costs, [
      { from: 0, unitPrice: 10 },
      { from: 30, unitPrice: 9 },
    ]);
    expect(near).toMatchObject({ quantity: 30, unitPrice: 9 });
    const far = economicOrderWithPriceTiers(costs, [
      { from: 0, unitPrice: 10 },
      { from: 5_000, unitPrice: 9 },
    ]);
    expect(far.unitPrice).toBe(10);
  });
});
