import type { WeightFilterSettings } from './settings.ts';

/** Of a scale that beats at least this quickly, the next sample is on its way. */
const QUICK_BEAT_MS = 2_000;
/** There, a hand in the bin is no news; only motion that lasts is told. */
const MOTION_TOLD_AFTER_MIN_MS = 3_000;
/** A touch, the median's delay and four samples that agree: so many are no lasting motion yet. */
const SAMPLES_TO_SETTLE = 8;
/** A pause of so many beats means that the device has said all for now. */
const BEATS_UNTIL_SILENT = 1.5;

/** What follows from how often a scale speaks. `typicalGapMs` is undefined before that is known. */
export interface Cadence {
  typicalGapMs: number | undefined;
}

/** The sample has no neighbours in time to be compared with. */
export function isAlone(gapMs: number | undefined, filter: WeightFilterSettings): boolean {
  return gapMs === undefined || gapMs > filter.isolatedAfterMs;
}

/** Its neighbours are not on their way either: the scale is a slow one, and each sample stands for itself. */
export function standsForItself({ typicalGapMs }: Cadence, filter: WeightFilterSettings): boolean {
  return typicalGapMs === undefined || typicalGapMs > filter.isolatedAfterMs;
}

/**
 * A device without a quick beat may have said its last word. It is acknowledged now, so that it moves must be on the disk
 * now: else a power cut before it settles would leave the old weight standing as good.
 */
export function mayBeLast({ typicalGapMs }: Cadence): boolean {
  return typicalGapMs === undefined || typicalGapMs > QUICK_BEAT_MS;
}

/** How long a scale with a quick beat may move before it is told. */
export function motionToldAfterMs({ typicalGapMs }: Cadence, filter: WeightFilterSettings): number {
  return Math.max(MOTION_TOLD_AFTER_MIN_MS, 2 * filter.stableForMs, SAMPLES_TO_SETTLE * (typicalGapMs ?? 0));
}

/**
 * After so long without another sample, the last one is the weight. Of a slow scale that said two things at once, the
 * next word may be half an hour away: what has no neighbour by now will have none.
 */
export function silentAfterMs(cadence: Cadence, filter: WeightFilterSettings): number {
  const { typicalGapMs } = cadence;
  if (typicalGapMs === undefined) return filter.stableForMs;
  if (standsForItself(cadence, filter)) return Math.max(filter.stableForMs, filter.isolatedAfterMs);
  return Math.max(filter.stableForMs, BEATS_UNTIL_SILENT * typicalGapMs);
}
