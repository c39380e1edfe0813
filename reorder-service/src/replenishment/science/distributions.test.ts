import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { needsSharedData } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import { countQuantile, standardNormalCdf, standardNormalLoss, standardNormalQuantile } from './distributions.ts';
import { orderPoint, targetOf } from './order-point.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const golden = (name: string): unknown => JSON.parse(readFileSync(`${ROOT}../shared/demand/golden/${name}`, 'utf8'));

interface Vector {
  dist: string;
  mean: number;
  variance?: number;
  cdf?: Record<string, number>;
  ppf?: Record<string, number>;
}
interface SafetyStock {
  mean_per_period: number;
  sd_per_period: number;
  lead_time: number;
  review: number;
  cycle_service: number;
  z: number;
  safety_stock: number;
}

describe.runIf(needsSharedData('demand/golden', ROOT))('distributions agree with the reference', () => {
  test('quantiles of Poisson and negative binomial demand: scipy', () => {
    const { distributions } = golden('scipy_vectors.json') as { distributions: Vector[] };
    let checked = 0;
    for (const { dist, mean, variance, ppf } of distributions) {
      if (dist !== 'poisson' && dist !== 'negbin') continue;
      for (const [p, expected] of Object.entries(ppf ?? {})) {
        expect([dist, mean, p, countQuantile(Number(p), mean, variance ?? mean)]).toEqual([dist, mean, p, expected]);
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(30);
  });

  test('normal safety stock over lead time and review: scipy', () => {
    const { normal_safety_stock: cases } = golden('scipy_vectors.json') as { normal_safety_stock: SafetyStock[] };
    for (const each of cases) {
      expect(standardNormalQuantile(each.cycle_service)).toBeCloseTo(each.z, 9);
      const protectedPeriods = each.lead_time + each.review;
      const safetyStock = standardNormalQuantile(each.cycle_service) * each.sd_per_period * Math.sqrt(protectedPeriods);
      expect(safetyStock).toBeCloseTo(each.safety_stock, 6);
    }
    expect(cases.length).toBeGreaterThan(0);
  });

  test('the standard normal loss function: stockpyl', () => {
    const { test_calls: calls } = golden('stockpyl_test_calls.json') as {
      test_calls: { function: string; args: { z: number }; result: [number, number] }[];
    };
    const losses = calls.filter((call) => call.function === 'standard_normal_loss');
    for (const { args, result } of losses) expect(standardNormalLoss(args.z)).toBeCloseTo(result[0], 9);
    expect(losses.length).toBeGreaterThan(0);
  });
});

describe('order points', () => {
  test('the quantile is the inverse of the distribution, far into both tails', () => {
    for (const p of [1e-9, 0.001, 0.02, 0.025, 0.5, 0.9, 0.999, 1 - 1e-9]) {
      expect(standardNormalCdf(standardNormalQuantile(p)) / p).toBeCloseTo(1, 7);
    }
    expect(standardNormalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
  });

  test('slow demand is counted, fast demand is normal, and both grow with the target', () => {
    const leadTime = { meanDays: 5, sdDays: 1 };
    const slowDays = [0, 0, 0, 2, 0, 0, 1, 0, 0, 0];
    const fastDays = Array.from({ length: 100 }, (_, day) => (day % 2 === 0 ? 32 : 48));
    const slow = orderPoint(slowDays, leadTime, 0.95, 14);
    const fast = orderPoint(fastDays, leadTime, 0.95, 14);
    expect(slow).toMatchObject({ method: 'negative binomial', demandClass: 'intermittent' });
    const variance = (6_400 / 99) * 5 + 1_600;
    expect(fast).toMatchObject({
      method: 'normal',
      demandClass: 'smooth',
      reorderPoint: Math.ceil(200 + 1.6448536 * Math.sqrt(variance)),
    });
    expect(fast.orderUpTo - fast.reorderPoint).toBe(560);
    const points = [0.8, 0.9, 0.99].map((target) => orderPoint(slowDays, leadTime, target, 14).reorderPoint);
    expect(points).toEqual(points.toSorted((a, b) => a - b));
  });

  test('no demand needs no stock', () => {
    expect(orderPoint([0, 0, 0], { meanDays: 5, sdDays: 0 }, 0.99, 14)).toMatchObject({
      reorderPoint: 0,
      orderUpTo: 1,
    });
  });

  test('what a missing unit costs keeps cheap parts for a higher service than dear ones', () => {
    const costs = { missingUnitCostPerDay: 1, holdingRatePerYear: 0.365 };
    expect(targetOf(costs, 1_000)).toBeCloseTo(0.5, 9);
    expect(targetOf(costs, 10)).toBeCloseTo(1 / 1.01, 9);
    expect(targetOf({ ...costs, target: 0.9 }, null)).toBe(0.9);
    expect(targetOf({}, 5)).toBe(0.95);
  });
});
