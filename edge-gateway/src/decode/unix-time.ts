import { asNumberOrNumeral } from './json-payload.ts';
import { parseDeviceTime } from './local-time.ts';

/**
 * Unix times whose unit is known only by their size: seconds (10 digits), milliseconds (13), microseconds (16) or
 * nanoseconds (19); the ranges do not meet between 1973 and 5138. Rounded down: a reading is never younger than its event.
 * @returns Unix ms, or undefined for what can be none of these
 */
export function unixTimeMs(value: number): number | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  // A fraction of a second is decimal text that became binary: 1736603810.49 must give …490, not …489.
  if (value < 1e11) return Math.floor(Number((value * 1_000).toFixed(3)));
  if (value < 1e14) return Math.floor(value);
  if (value < 1e17) return Math.floor(value / 1_000);
  return value < 1e20 ? Math.floor(value / 1_000_000) : undefined;
}

/** A time in whatever form: ISO 8601 with an offset, or a Unix time as a number or as digits in a string. */
export function anyTimeMs(value: unknown): number | undefined {
  const number = asNumberOrNumeral(value);
  if (number !== undefined) return unixTimeMs(number);
  return typeof value === 'string' ? parseDeviceTime(value) : undefined;
}
