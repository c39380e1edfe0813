import type { Calibration } from './settings.ts';

/** A raw value in grams. `grossGrams` is absent where a tare was taken off before we saw it. */
export interface Weighed {
  netGrams: number;
  grossGrams?: number;
  calibrated: boolean;
  calibrationVersion?: number;
}

/**
 * `grossGrams = (raw − zero) × span`, `netGrams = grossGrams − tareGrams`. A scale that tells grams needs no calibration;
 * bare counts do: without one they pass through unchanged and marked as not calibrated, so that a person can see them.
 */
export function weigh(
  raw: number,
  source: { unit: 'grams' | 'counts'; isNet: boolean },
  calibration: Calibration | undefined,
): Weighed {
  if (!calibration) {
    if (source.unit === 'counts') return { netGrams: raw, calibrated: false };
    return source.isNet ? { netGrams: raw, calibrated: true } : { netGrams: raw, grossGrams: raw, calibrated: true };
  }
  const scaled = (raw - calibration.zero) * calibration.span;
  const netGrams = scaled - calibration.tareGrams;
  const common = { netGrams, calibrated: true, calibrationVersion: calibration.version };
  return source.isNet ? common : { ...common, grossGrams: scaled };
}

export function shifted(weighed: Weighed, grams: number): Weighed {
  if (grams === 0) return weighed;
  const { grossGrams } = weighed;
  const netGrams = weighed.netGrams + grams;
  return grossGrams === undefined ? { ...weighed, netGrams } : { ...weighed, netGrams, grossGrams: grossGrams + grams };
}

/** Tenths of a milligram: binary fractions of a sum are not information. */
export function rounded(grams: number): number {
  const value = Math.round(grams * 10_000) / 10_000;
  return value === 0 ? 0 : value;
}
