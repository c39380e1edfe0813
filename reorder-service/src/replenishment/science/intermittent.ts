import { smooth, smoothBest } from './smoothing.ts';

/**
 * Forecasts of demand that comes now and then; each answers with the mean demand of one period. Ports differ in their
 * start values and bias factors, so these are named here and checked against both R (forecast 8.20, tsintermittent 1.10)
 * and statsforecast. A series without demand is forecast as 0.
 */

export interface Demands {
  sizes: readonly number[];
  /** Periods from one demand to the next; the first counts from the beginning of the series. */
  intervals: readonly number[];
}

export function demandsOf(series: readonly number[]): Demands {
  const sizes: number[] = [];
  const intervals: number[] = [];
  let before = -1;
  for (const [period, quantity] of series.entries()) {
    if (quantity <= 0) continue;
    sizes.push(quantity);
    intervals.push(period - before);
    before = period;
  }
  return { sizes, intervals };
}

export interface CrostonOptions {
  alpha: number;
  /** `sba`: × (1 − α/2), Syntetos and Boylan; `sbj`: × (1 − α/(2 − α)), Shale, Boylan and Johnston. */
  bias?: 'none' | 'sba' | 'sbj';
  /** What the interval begins with: the first one, or the mean of all. */
  start?: 'first' | 'mean';
}

/** Croston: smoothed demand size ÷ smoothed interval, both moved only where there is demand. */
export function croston(series: readonly number[], options: CrostonOptions): number {
  const { sizes, intervals } = demandsOf(series);
  if (sizes.length === 0) return 0;
  const { alpha, bias = 'none', start = 'first' } = options;
  const interval = smooth(intervals, alpha, start === 'mean' ? meanOf(intervals) : intervals[0]);
  const factor = { none: 1, sba: 1 - alpha / 2, sbj: 1 - alpha / (2 - alpha) }[bias];
  return (factor * smooth(sizes, alpha)) / interval;
}

/** Croston with the alphas between 0.1 and 0.3 that would have erred least. */
export function crostonBest(series: readonly number[]): number {
  const { sizes, intervals } = demandsOf(series);
  if (sizes.length === 0) return 0;
  return smoothBest(sizes, ALPHAS).level / smoothBest(intervals, ALPHAS).level;
}

export interface TsbOptions {
  alphaSize: number;
  alphaProbability: number;
  /** What the probability begins with: 1 or 0 as the first period had demand, or the share of periods that had. */
  start?: 'first' | 'mean';
}

/** Teunter, Syntetos and Babai: the probability of demand falls in every period without; obsolescence shows. */
export function tsb(series: readonly number[], options: TsbOptions): number {
  const { sizes } = demandsOf(series);
  if (sizes.length === 0) return 0;
  const occurrences = series.map((quantity) => Number(quantity > 0));
  const start = options.start === 'mean' ? meanOf(occurrences) : occurrences[0];
  return smooth(occurrences, options.alphaProbability, start) * smooth(sizes, options.alphaSize);
}

/** ADIDA: sums over as many periods as the mean interval has, smoothed, and spread again. */
export function adida(series: readonly number[]): number {
  const level = aggregationLevelOf(series);
  return level === undefined ? 0 : aggregated(series, level);
}

/** IMAPA: the mean of that forecast over every aggregation from one period up to the mean interval. */
export function imapa(series: readonly number[]): number {
  const highest = aggregationLevelOf(series);
  if (highest === undefined) return 0;
  return meanOf(Array.from({ length: highest }, (_, index) => aggregated(series, index + 1)));
}

const ALPHAS = { min: 0.1, max: 0.3 };

function aggregated(series: readonly number[], level: number): number {
  const sums: number[] = [];
  // What does not fill a bucket is left out at the old end.
  for (let from = series.length % level; from < series.length; from += level) {
    sums.push(series.slice(from, from + level).reduce((sum, each) => sum + each, 0));
  }
  return smoothBest(sums, ALPHAS).level / level;
}

function aggregationLevelOf(series: readonly number[]): number | undefined {
  const { intervals } = demandsOf(series);
  return intervals.length === 0 ? undefined : roundHalfToEven(meanOf(intervals));
}

/** As numpy and R round. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
