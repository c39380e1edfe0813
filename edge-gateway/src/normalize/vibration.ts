import { windowStatistics } from './window-statistics.ts';

/** The row of samples is judged in so many parts. */
const PARTS = 6;
const SAMPLES_PER_PART_MIN = 6;
/** Each part must swing at least this share of the whole: a hand comes and goes, a machine goes on. */
const SWING_SHARE_MIN = 0.5;
/** A band around a swing seen for some seconds, with room for a little more. */
const BAND_MARGIN = 1.25;

/**
 * Tells the swing of a machine beside the shelf from a hand in the bin: a machine swings all the time about a mean that
 * stays, a hand does neither for long.
 * @param values a row of samples that did not settle
 * @returns the band that holds the swing, or undefined if it is none, or more than `swingMaxGrams` to each side
 */
export function vibrationBand(
  values: readonly number[],
  limits: { bandGrams: number; swingMaxGrams: number },
): number | undefined {
  if (limits.swingMaxGrams <= 0 || values.length < PARTS * SAMPLES_PER_PART_MIN) return undefined;
  const whole = windowStatistics(values, 0);
  if (whole.spread > 2 * limits.swingMaxGrams) return undefined;
  const partLength = Math.floor(values.length / PARTS);
  const parts = Array.from({ length: PARTS }, (_, part) =>
    windowStatistics(values.slice(part * partLength, (part + 1) * partLength), 0),
  );
  const means = parts.map((part) => part.mean);
  const meanStays = Math.max(...means) - Math.min(...means) <= Math.max(limits.bandGrams, whole.spread / 4);
  const swingsOn = parts.every((part) => part.spread >= SWING_SHARE_MIN * whole.spread);
  return meanStays && swingsOn ? whole.spread * BAND_MARGIN : undefined;
}
