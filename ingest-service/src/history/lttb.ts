import type { SeriesPair } from '../store/telemetry-store.ts';

/**
 * Largest-Triangle-Three-Buckets: keeps the points that a chart would show (Sveinn Steinarsson, "Downsampling Time
 * Series for Visual Representation", 2013, chapter 4.2). First and last point stay; order stays.
 * @returns `pairs` itself if it has no more than `pointsMax`, which is at least 3
 */
export function lttb(pairs: readonly SeriesPair[], pointsMax: number): readonly SeriesPair[] {
  const first = pairs[0];
  const last = pairs.at(-1);
  if (pairs.length <= pointsMax || !first || !last) return pairs;
  const bucketSize = (pairs.length - 2) / (pointsMax - 2);
  const bucket = (index: number): readonly SeriesPair[] =>
    pairs.slice(Math.floor(index * bucketSize) + 1, Math.floor((index + 1) * bucketSize) + 1);

  const kept: SeriesPair[] = [first];
  let previous = first;
  for (let index = 0; index < pointsMax - 2; index++) {
    const next = index === pointsMax - 3 ? [last] : bucket(index + 1);
    previous = largestTriangle(previous, bucket(index), average(next));
    kept.push(previous);
  }
  kept.push(last);
  return kept;
}

function largestTriangle(left: SeriesPair, candidates: readonly SeriesPair[], right: SeriesPair): SeriesPair {
  let best = left;
  let bestArea = -1;
  for (const candidate of candidates) {
    const area = Math.abs(
      (left[0] - right[0]) * (candidate[1] - left[1]) - (left[0] - candidate[0]) * (right[1] - left[1]),
    );
    if (area > bestArea) {
      best = candidate;
      bestArea = area;
    }
  }
  return best;
}

function average(pairs: readonly SeriesPair[]): SeriesPair {
  let atMs = 0;
  let value = 0;
  for (const pair of pairs) {
    atMs += pair[0];
    value += pair[1];
  }
  return [atMs / pairs.length, value / pairs.length];
}
