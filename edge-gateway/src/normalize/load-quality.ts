import type { ReadingQuality } from '@shelfwire/contract';

import type { Weighed } from './calibration.ts';

/** 1,000 t: no shelf holds it, a register was read wrongly. */
const PLAUSIBLE_GRAMS_MAX = 1e9;

/** @returns what is wrong with a load, whether it rests or not; undefined if nothing is */
export function loadQuality(
  weighed: Weighed,
  limits: { maxGrams?: number | undefined; minGrams?: number | undefined },
): ReadingQuality | undefined {
  const loadGrams = weighed.grossGrams ?? weighed.netGrams;
  if (!weighed.calibrated) return 'uncalibrated';
  if (Math.abs(loadGrams) > PLAUSIBLE_GRAMS_MAX) return 'implausible';
  if (limits.maxGrams !== undefined && loadGrams > limits.maxGrams) return 'overload';
  if (limits.minGrams !== undefined && loadGrams < limits.minGrams) return 'underload';
  return undefined;
}

/** Beyond this no register or text of a scale means a weight, and sums would lose their digits. */
export function isUsable(raw: number): boolean {
  return Math.abs(raw) <= 1e12;
}
