import { exactGrams, scaleByPowerOfTen } from './exact-mass.ts';
import type { Sample, SampleCommon } from './sample.ts';

const POWER_OF_TEN_MM: ReadonlyMap<string, number> = new Map([
  ['mm', 0],
  ['cm', 1],
  ['dm', 2],
  ['m', 3],
]);

/**
 * A number in a unit that the device's constants name: a mass becomes a weight, a length a distance, % a fill ratio,
 * `battery%` and V a battery, dBm a signal, °C a temperature, pcs a count, `counts` a raw value.
 * @param value a number, or its decimal text, which keeps every digit
 * @returns undefined if no reading can have that unit, or not that value in it
 */
export function measuredSample(value: number | string, unit: string, common: SampleCommon): Sample | undefined {
  const grams = exactGrams(value, unit);
  if (grams !== undefined) return { kind: 'weight', ...common, grams, stability: 'unknown' };
  const number = Number(value);
  if (!Number.isFinite(number)) return undefined;
  const key = unit.trim().toLowerCase();
  const powerOfTen = POWER_OF_TEN_MM.get(key);
  if (powerOfTen !== undefined) {
    return number < 0 ? undefined : { kind: 'level', ...common, distanceMm: scaleByPowerOfTen(number, powerOfTen) };
  }
  const ratio = number < 0 || number > 100 ? undefined : scaleByPowerOfTen(number, -2);
  switch (key) {
    case 'pcs':
      return Number.isSafeInteger(number) && number >= 0 ? { kind: 'count', ...common, pieces: number } : undefined;
    case '%':
      return ratio === undefined ? undefined : { kind: 'level', ...common, fillRatio: ratio };
    case 'battery%':
      return ratio === undefined ? undefined : { kind: 'health', ...common, batteryRatio: ratio };
    case 'v':
      return number < 0 ? undefined : { kind: 'health', ...common, batteryVolts: number };
    case 'dbm':
      return { kind: 'health', ...common, linkDbm: number };
    case '°c':
    case 'c':
      return { kind: 'health', ...common, temperatureC: number };
    case 'counts':
      return { kind: 'raw', ...common, counts: number };
    default:
      return undefined;
  }
}

/** Whether `measuredSample` knows the unit at all. */
export function isMeasuredUnit(unit: string): boolean {
  return measuredSample(0, unit, {}) !== undefined;
}
