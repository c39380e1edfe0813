import type { SeriesPair, Stretch } from '../store/telemetry-store.ts';
import { firstBucketMs } from './buckets.ts';

/**
 * The mean over time of each bucket: a value holds from its reading to the next, but no longer than `holdMs`, so that a
 * dead sensor is a gap and not a straight line. Stretches are in time order and begin `holdMs` before the range, so that
 * the first bucket knows what held; those that are more than one reading lie inside a bucket and inside the range.
 * Buckets in which nothing held are left out.
 */
export function timeWeightedMeans(
  stretches: readonly Stretch[],
  range: { fromMs: number; toMs: number; stepMs: number; holdMs: number },
): SeriesPair[] {
  const { fromMs, toMs, stepMs, holdMs } = range;
  const sums = new Map<number, { weighted: number; heldMs: number }>();
  const add = (bucketMs: number, weighted: number, heldMs: number): void => {
    const sum = sums.get(bucketMs);
    if (sum) {
      sum.weighted += weighted;
      sum.heldMs += heldMs;
    } else sums.set(bucketMs, { weighted, heldMs });
  };
  for (const [index, stretch] of stretches.entries()) {
    if (stretch.toMs > stretch.fromMs && stretch.fromMs >= fromMs) {
      add(firstBucketMs(stretch.fromMs, stepMs), stretch.integral, stretch.toMs - stretch.fromMs);
    }
    const endsAtMs = Math.min(stretches[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY, stretch.toMs + holdMs, toMs);
    let startMs = Math.max(stretch.toMs, fromMs);
    while (startMs < endsAtMs) {
      const bucketMs = firstBucketMs(startMs, stepMs);
      const untilMs = Math.min(endsAtMs, bucketMs + stepMs);
      add(bucketMs, stretch.last * (untilMs - startMs), untilMs - startMs);
      startMs = untilMs;
    }
  }
  return [...sums].map(([bucketMs, { weighted, heldMs }]): SeriesPair => [bucketMs, weighted / heldMs]);
}
