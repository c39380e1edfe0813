import type { SeriesPair } from '../store/telemetry-store.ts';

export type ChartPoint = [atMs: number, value: number | null];

/** The first bucket that touches `fromMs`: buckets stand at multiples of `stepMs` since 1970. */
export function firstBucketMs(fromMs: number, stepMs: number): number {
  return Math.floor(fromMs / stepMs) * stepMs;
}

/** The end of the range that gives at most `limit` buckets. */
export function cappedToMs(range: { fromMs: number; toMs: number; stepMs: number; limit: number }): number {
  return Math.min(range.toMs, firstBucketMs(range.fromMs, range.stepMs) + range.stepMs * range.limit);
}

/** Puts a null where a bucket had no reading, from the first bucket of the range to its last: a gap stays a gap. */
export function withGaps(
  pairs: readonly SeriesPair[],
  range: { fromMs: number; toMs: number; stepMs: number },
): ChartPoint[] {
  const valueAt = new Map(pairs);
  const points: ChartPoint[] = [];
  for (let atMs = firstBucketMs(range.fromMs, range.stepMs); atMs < range.toMs; atMs += range.stepMs) {
    points.push([atMs, valueAt.get(atMs) ?? null]);
  }
  return points;
}
