import { readFileSync } from 'node:fs';

import type { Result } from './simulate.ts';

/** Four ways to say how well demand was served; a policy that is best under one may be worst under another. */
export const MEASURES = ['unitFill', 'valueFill', 'itemFill', 'periodService'] as const;
export type Measure = (typeof MEASURES)[number];
export type Point = Pick<Result, Measure | 'stockValue'>;

/** The stock value that a policy needs for this service, between the points of its sweep. @returns NaN outside of them */
export function valueAt(sweep: readonly Point[], measure: Measure, service: number): number {
  const points = sweep.toSorted((a, b) => a[measure] - b[measure]);
  for (const [index, upper] of points.entries()) {
    const lower = points[index - 1];
    if (!lower || upper[measure] < service || lower[measure] > service) continue;
    const share = (service - lower[measure]) / Math.max(upper[measure] - lower[measure], Number.EPSILON);
    return lower.stockValue + share * (upper.stockValue - lower.stockValue);
  }
  return Number.NaN;
}

/** The published sweeps of the public half, by policy. */
export function publishedSweeps(folder: string, dataset: string): Map<string, Point[]> {
  const [header = '', ...lines] = readFileSync(`${folder}/golden/inventory_baselines.csv`, 'utf8').trim().split('\n');
  const names = header.split(',');
  const sweeps = new Map<string, Point[]>();
  for (const line of lines) {
    const values = line.split(',');
    const text = (name: string): string => values[names.indexOf(name)] ?? '';
    if (text('dataset') !== dataset || text('half') !== 'public') continue;
    const sweep = sweeps.get(text('policy')) ?? [];
    sweep.push({
      unitFill: Number(text('fill')),
      valueFill: Number(text('fill_value')),
      itemFill: Number(text('item_fill')),
      periodService: Number(text('csl_periods')),
      stockValue: Number(text('stock_value')),
    });
    sweeps.set(text('policy'), sweep);
  }
  return sweeps;
}
