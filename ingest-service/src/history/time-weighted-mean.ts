import type { SeriesPair } from '../store/telemetry-store.ts';
import { firstBucketMs } from './buckets.ts';

/**
 * The mean over time of each bucket: a value holds from its reading to the next, but no longer than `holdMs`, so that a
 * dead sensor is a gap and not a straight line. `pairs` are in time order and begin `holdMs` before the range, so that
 * the first bucket knows what held. Buckets in which nothing held are left out.
 */
export function timeWeightedMeans(
  pairs: readonly SeriesPair[],
  range: { fromMs: number; toMs: number; stepMs: number; holdMs: number },
): SeriesPair[] {
  const { fromMs, toMs, stepMs, holdMs } = range;
  const sums = new Map<number, { weighted: number; heldMs: number }>();
  for (const [index, [atMs, value]] of pairs.entries()) {
    const endsAtMs = Math.min(pairs[index + 1]?.[0] ?? Number.POSITIVE_INFINITY, atMs + holdMs, toMs);
    let startMs = Math.max(atMs, fromMs);
    while (startMs < endsAtMs) {
      const bucketMs = firstBucketMs(startMs, stepMs);
      const untilMs = Math.min(endsAtMs, bucketMs + stepMs);
      const sum = sums.get(bucketMs) ?? { weighted: 0, heldMs: 0 };
      sum.weighted += value * (untilMs - startMs);
      sum.heldMs += untilMs - startMs;
      sums.set(bucketMs, sum);
      startMs = untilMs;
    }
  }
  return [...sums].map(([bucketMs, { weighted, heldMs }]): SeriesPair => [bucketMs, weighted / heldMs]);
}
