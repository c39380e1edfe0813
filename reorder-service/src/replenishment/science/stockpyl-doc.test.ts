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
import { countLoss, standardNormalLoss, standardNormalSecondLoss } from './distributions.ts';
import { economicOrder, economicOrderWithBackorders } from './economic-order.ts';
import { bestMinMax, minMaxCost, powerApproximation } from './min-max.ts';
import { countCost, newsvendorCount, newsvendorNormal, normalCost } from './newsvendor.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const FILE = `${ROOT}../shared/demand/golden/stockpyl_doc_examples.json`;

interface DocExample {
  function: string;
  /** As it stands in the documentation: `newsvendor_normal(0.18, 0.70, 50, 8)`. */
  source: string;
  computed: unknown;
}

type Numbers = readonly number[];
type Formula = (...args: number[]) => Numbers;

const costs = (holdingCost: number, stockoutCost: number, fixedCost = 0, demandRate = 0) => ({
  holdingCost,
  stockoutCost,
  fixedCost,
  demandRate,
});
/** The arguments in the order of stockpyl's own functions; the answers in the order of its tuples, as far as ours go. */
const FORMULAS: Readonly<Record<string, Formula>> = {
  economic_order_quantity: (fixedCost = 0, holdingCost = 0, demandRate = 0) => {
    const { quantity, cost } = economicOrder({ fixedCost, holdingCost, demandRate });
    return [quantity, cost];
  },
  economic_order_quantity_with_backorders: (fixed = 0, holding = 0, stockout = 0, rate = 0) => {
    const { quantity, lateShare, cost } = economicOrderWithBackorders(costs(holding, stockout, fixed, rate));
    return [quantity, lateShare, cost];
  },
  newsvendor_normal: (holding = 0, stockout = 0, mean = 0, sd = 0) => {
    const { baseStock, cost } = newsvendorNormal(costs(holding, stockout), mean, sd);
    return [baseStock, cost];
  },
  newsvendor_normal_cost: (baseStock = 0, holding = 0, stockout = 0, mean = 0, sd = 0) => [
    normalCost(costs(holding, stockout), mean, sd, baseStock),
  ],
  newsvendor_poisson: (holding = 0, stockout = 0, mean = 0) => {
    const { baseStock, cost } = newsvendorCount(costs(holding, stockout), mean, mean);
    return [baseStock, cost];
  },
  newsvendor_poisson_cost: (baseStock = 0, holding = 0, stockout = 0, mean = 0) => [
    countCost(costs(holding, stockout), mean, mean, baseStock),
  ],
  r_q_cost: (reorderPoint = 0, quantity = 0, holding = 0, stockout = 0, fixed = 0, mean = 0, sd = 0, lead = 0) => [
    reviewCost(costs(holding, stockout, fixed), { mean, sd }, lead, { reorderPoint, quantity }),
  ],
  r_q_optimal_r_for_q: (quantity = 0, holding = 0, stockout = 0, mean = 0, sd = 0, lead = 0) => [
    bestReorderPoint(costs(holding, stockout), { mean, sd }, lead, quantity),
  ],
  r_q_eoqb_approximation: (holding = 0, stockout = 0, fixed = 0, mean = 0, sd = 0, lead = 0) => {
    const { reorderPoint, quantity } = economicWithBackorders(costs(holding, stockout, fixed), { mean, sd }, lead);
    return [reorderPoint, quantity];
  },
  r_q_eoqss_approximation: (holding = 0, stockout = 0, fixed = 0, mean = 0, sd = 0, lead = 0) => {
    const { reorderPoint, quantity } = economicWithSafetyStock(costs(holding, stockout, fixed), { mean, sd }, lead);
    return [reorderPoint, quantity];
  },
  r_q_poisson_exact: (holding = 0, stockout = 0, fixed = 0, mean = 0, lead = 0) => {
    const { reorderPoint, quantity, cost } = bestForPoisson(costs(holding, stockout, fixed), mean, lead);
    return [reorderPoint, quantity, cost];
  },
  s_s_cost_discrete: (
    reorderPoint = 0,
    orderUpTo = 0,
    holding = 0,
    stockout = 0,
    fixed = 0,
    _poisson = 0,
    mean = 0,
  ) => [minMaxCost(costs(holding, stockout, fixed), mean, { reorderPoint, orderUpTo })],
  s_s_discrete_exact: (holding = 0, stockout = 0, fixed = 0, _poisson = 0, mean = 0) => {
    const { reorderPoint, orderUpTo, cost } = bestMinMax(costs(holding, stockout, fixed), mean);
    return [reorderPoint, orderUpTo, cost];
  },
  s_s_power_approximation: (holding = 0, stockout = 0, fixed = 0, mean = 0, sd = 0) => {
    const { reorderPoint, orderUpTo } = powerApproximation(costs(holding, stockout, fixed), mean, sd);
    return [reorderPoint, orderUpTo];
  },
  standard_normal_loss: (z = 0) => [standardNormalLoss(z)],
  standard_normal_second_loss: (z = 0) => [standardNormalSecondLoss(z)],
  normal_loss: (x = 0, mean = 0, sd = 0) => [sd * standardNormalLoss((x - mean) / sd)],
  normal_second_loss: (x = 0, mean = 0, sd = 0) => [sd ** 2 * standardNormalSecondLoss((x - mean) / sd)],
  poisson_loss: (x = 0, mean = 0) => [countLoss(x, mean, mean)],
  // Successes and their probability, as scipy has it.
  negative_binomial_loss: (x = 0, r = 0, p = 0) => [countLoss(x, (r * (1 - p)) / p, (r * (1 - p)) / p ** 2)],
};

/** The arguments of a call that names nothing but numbers; undefined where it refers to what stands elsewhere. */
function argumentsOf(source: string): number[] | undefined {
  const inside = /^\w+\((.*)\)$/.exec(source)?.[1]?.split(',') ?? [];
  const values = inside.map((text) => {
    const [, over, under] = /^(-?[\d.]+)(?:\/([\d.]+))?$/.exec(text.trim()) ?? [];
    if (text.trim() === 'True') return 1;
    return over === undefined ? Number.NaN : Number(over) / Number(under ?? 1);
  });
  return values.length > 0 && values.every(Number.isFinite) ? values : undefined;
}

describe.runIf(needsSharedData('demand/golden', ROOT))('the worked examples of stockpyl’s documentation', () => {
  const examples = needsSharedData('demand/golden', ROOT)
    ? (JSON.parse(readFileSync(FILE, 'utf8')) as { doctests: DocExample[] }).doctests
    : [];
  const runnable = examples.flatMap(({ function: name, source, computed }) => {
    const [formula, args] = [FORMULAS[name], argumentsOf(source)];
    return formula && args ? [{ source, formula, args, theirs: [computed].flat(1) as number[] }] : [];
  });

  test.each(runnable)('$source', ({ formula, args, theirs }) => {
    const mine = formula(...args);
    expect(mine.length).toBeGreaterThan(0);
    for (const [index, value] of mine.entries()) {
      const expected = theirs[index] ?? Number.NaN;
      expect(Math.abs(value - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(1e-6);
    }
  });

  test('every formula that is used here has an example', () => {
    const covered = new Set(runnable.map(({ source }) => source.split('(')[0]));
    expect(Object.keys(FORMULAS).filter((name) => !covered.has(name))).toEqual([]);
  });
});
