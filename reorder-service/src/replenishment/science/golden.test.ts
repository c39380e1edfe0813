import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { needsSharedData } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import { classify } from './demand-class.ts';
import { adida, croston, crostonBest, imapa, tsb } from './intermittent.ts';
import { smooth, smoothBest } from './smoothing.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

interface Golden {
  series: {
    id: string;
    y: number[];
    train_n: number;
    golden: Record<string, { mean: (number | null)[]; alpha?: number; cv2?: number; p?: number }>;
  }[];
}
/** The series themselves stand in R's file only. */
function read(name: string): Golden {
  const parse = (file: string): Golden =>
    JSON.parse(readFileSync(`${ROOT}../shared/demand/golden/${file}`, 'utf8')) as Golden;
  const seriesOf = new Map(parse('r_forecast_golden.json').series.map((each) => [each.id, each.y]));
  return { series: parse(name).series.map((each) => ({ ...each, y: seriesOf.get(each.id) ?? [] })) };
}

/** Fixed parameters: 1e-9 relative; R prints 13 digits. */
const EXACT = 1e-9;

const FIXED_IN_R: Readonly<Record<string, (y: readonly number[]) => number>> = {
  'forecast.croston.a0.05': (y) => croston(y, { alpha: 0.05 }),
  'forecast.croston.a0.1': (y) => croston(y, { alpha: 0.1 }),
  'forecast.croston.a0.3': (y) => croston(y, { alpha: 0.3 }),
  'forecast.ses.simple.alpha0.2': (y) => smooth(y, 0.2),
  'tsintermittent.crost.croston.w0.1.init_mean': (y) => croston(y, { alpha: 0.1, start: 'mean' }),
  'tsintermittent.crost.sba.w0.1.init_mean': (y) => croston(y, { alpha: 0.1, start: 'mean', bias: 'sba' }),
  'tsintermittent.crost.sbj.w0.1.init_mean': (y) => croston(y, { alpha: 0.1, start: 'mean', bias: 'sbj' }),
  'tsintermittent.crost.sba.w0.1.init_naive': (y) => croston(y, { alpha: 0.1, bias: 'sba' }),
  'tsintermittent.tsb.w0.1_0.1.init_mean': (y) => tsb(y, { alphaSize: 0.1, alphaProbability: 0.1, start: 'mean' }),
  'tsintermittent.tsb.w0.2_0.05.init_naive': (y) => tsb(y, { alphaSize: 0.2, alphaProbability: 0.05 }),
};

const FIXED_IN_STATSFORECAST: Readonly<Record<string, (y: readonly number[]) => number>> = {
  CrostonClassic: (y) => croston(y, { alpha: 0.1 }),
  CrostonSBA: (y) => croston(y, { alpha: 0.1, bias: 'sba' }),
  'TSB.alpha_d0.2.alpha_p0.2': (y) => tsb(y, { alphaSize: 0.2, alphaProbability: 0.2 }),
  'TSB.alpha_d0.9.alpha_p0.1': (y) => tsb(y, { alphaSize: 0.9, alphaProbability: 0.1 }),
  'SimpleExponentialSmoothing.alpha0.1': (y) => smooth(y, 0.1),
};

const OPTIMISED_IN_STATSFORECAST: Readonly<Record<string, (y: readonly number[]) => number>> = {
  CrostonOptimized: crostonBest,
  ADIDA: adida,
  IMAPA: imapa,
};

const near = (mine: number, theirs: number, tolerance: number): boolean =>
  Math.abs(mine - theirs) <= tolerance * Math.max(1e-3, Math.abs(theirs));

function differencesOf(
  file: string,
  methods: Readonly<Record<string, (y: readonly number[]) => number>>,
  tolerance: number,
): { checked: number; different: unknown[] } {
  let checked = 0;
  const different: unknown[] = [];
  for (const { id, y, train_n: length, golden } of read(file).series) {
    for (const [name, forecast] of Object.entries(methods)) {
      const expected = golden[name]?.mean[0];
      if (expected === null || expected === undefined) continue;
      checked += 1;
      const mine = forecast(y.slice(0, length));
      if (!near(mine, expected, tolerance)) different.push([name, id, mine, expected]);
    }
  }
  return { checked, different };
}

describe.runIf(needsSharedData('demand/golden', ROOT))('forecasts agree with the reference', () => {
  test('Croston, SBA, SBJ, TSB and smoothing with fixed parameters: R forecast and tsintermittent', () => {
    const { checked, different } = differencesOf('r_forecast_golden.json', FIXED_IN_R, EXACT);
    expect(different).toEqual([]);
    expect(checked).toBeGreaterThan(500);
  });

  test('Croston, SBA, TSB and smoothing with fixed parameters: statsforecast', () => {
    const { checked, different } = differencesOf('statsforecast_golden.json', FIXED_IN_STATSFORECAST, EXACT);
    expect(different).toEqual([]);
    expect(checked).toBeGreaterThan(280);
  });

  test('Croston, ADIDA and IMAPA with the best alpha: statsforecast', () => {
    const { checked, different } = differencesOf('statsforecast_golden.json', OPTIMISED_IN_STATSFORECAST, 1e-5);
    expect(different).toEqual([]);
    expect(checked).toBeGreaterThan(170);
  });

  test('the best alpha errs no more than the one that statsforecast finds, to 1e-6 of its squared errors', () => {
    for (const { id, y, train_n: length, golden } of read('statsforecast_golden.json').series) {
      const alpha = golden['SimpleExponentialSmoothingOptimized']?.alpha;
      if (alpha === undefined) continue;
      const series = y.slice(0, length);
      const best = smoothBest(series, { min: 0.01, max: 0.99 });
      const theirs = smoothBest(series, { min: alpha, max: alpha });
      expect([id, best.squaredErrors <= theirs.squaredErrors * (1 + 1e-6)]).toEqual([id, true]);
    }
  });

  test('intervals and variation that tell the demand classes: tsintermittent', () => {
    let checked = 0;
    for (const { id, y, train_n: length, golden } of read('r_forecast_golden.json').series) {
      const expected = golden['tsintermittent.idclass.SBC'];
      if (expected?.cv2 === undefined || expected.p === undefined) continue;
      const { adi, cv2 } = classify(y.slice(0, length));
      expect([id, near(adi, expected.p, EXACT), near(cv2, expected.cv2, EXACT)]).toEqual([id, true, true]);
      checked += 1;
    }
    expect(checked).toBeGreaterThan(50);
  });
});

describe('demand', () => {
  test('is told by how often it comes and how much it varies', () => {
    expect(classify([5, 6, 5, 6]).demandClass).toBe('smooth');
    expect(classify([1, 30, 2, 50]).demandClass).toBe('erratic');
    expect(classify([0, 0, 1, 0, 0, 1, 0, 1]).demandClass).toBe('intermittent');
    expect(classify([0, 0, 1, 0, 0, 40, 0, 2]).demandClass).toBe('lumpy');
    expect(classify([0, 0]).demandClass).toBe('none');
  });

  test('that has never come is forecast as nothing', () => {
    for (const forecast of [crostonBest, adida, imapa, (y: readonly number[]) => croston(y, { alpha: 0.1 })]) {
      expect(forecast([0, 0, 0])).toBe(0);
    }
    expect(tsb([0, 0], { alphaSize: 0.1, alphaProbability: 0.1 })).toBe(0);
  });
});
