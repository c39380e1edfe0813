import type { Calibration } from '../normalize/settings.ts';
import type { RawValue } from './raw-values.ts';

export type Calibrated =
  | { ok: true; calibration: Calibration }
  | { ok: false; code: CalibrationProblem; detail: string };
export type CalibrationProblem = 'NO_SAMPLES' | 'NOT_STABLE' | 'LOAD_TOO_SMALL';

/** Fewer values would not show whether the load is still moving. */
const VALUES_MIN = 3;
/** Raw values at rest differ by less than this part of the step between empty and loaded. */
const SPREAD_RATIO_MAX = 0.01;

/**
 * Two points: nothing on the scale, then a known weight. The tare stays off: it belongs to the container, not to the scale.
 * @param zero raw value with nothing on it
 * @param loaded raw value with `knownGrams` on it
 */
export function twoPointCalibration(
  before: Calibration | undefined,
  zero: RawValue,
  loaded: RawValue | undefined,
  knownGrams: number,
): Calibrated {
  if (!loaded || loaded.count < VALUES_MIN) return noSamples(loaded);
  const step = loaded.mean - zero.mean;
  const spread = Math.max(zero.spread, loaded.spread);
  if (Math.abs(step) <= spread * 2 || step === 0) {
    const detail = `The raw value moved by ${round(step)} only, no more than its noise: is the weight on the scale?`;
    return { ok: false, code: 'LOAD_TOO_SMALL', detail };
  }
  if (spread > Math.abs(step) * SPREAD_RATIO_MAX) return notStable(spread);
  const calibration = { version: nextVersion(before), zero: zero.mean, span: knownGrams / step, tareGrams: 0 };
  return { ok: true, calibration };
}

/** The empty container stands on the scale: its weight is taken off from now on. */
export function tared(
  before: Calibration | undefined,
  container: RawValue | undefined,
  stableWithinGrams: number,
): Calibrated {
  if (!container || container.count < VALUES_MIN) return noSamples(container);
  const { zero, span } = before ?? UNCALIBRATED;
  const spreadGrams = Math.abs(container.spread * span);
  if (spreadGrams > stableWithinGrams) return notStable(container.spread);
  const tareGrams = (container.mean - zero) * span;
  return { ok: true, calibration: { version: nextVersion(before), zero, span, tareGrams } };
}

/**
 * "Put ten pieces on": the weight of one, and how far it may be off by the noise seen. Piece weights belong to items,
 * which the gateway does not know (design D4): the caller takes the value to the catalogue.
 */
export function pieceWeight(
  calibration: Calibration | undefined,
  loaded: RawValue | undefined,
  pieces: number,
):
  | { ok: true; pieceGrams: number; uncertaintyGrams: number }
  | { ok: false; code: CalibrationProblem; detail: string } {
  if (!loaded || loaded.count < VALUES_MIN) return noSamples(loaded);
  const { zero, span, tareGrams } = calibration ?? UNCALIBRATED;
  const netGrams = (loaded.mean - zero) * span - tareGrams;
  const spreadGrams = Math.abs(loaded.spread * span);
  if (netGrams <= spreadGrams * 2) {
    const detail = `${round(netGrams)} g lie on the scale, no more than its noise: are the pieces on it?`;
    return { ok: false, code: 'LOAD_TOO_SMALL', detail };
  }
  return { ok: true, pieceGrams: netGrams / pieces, uncertaintyGrams: spreadGrams / 2 / pieces };
}

const UNCALIBRATED: Calibration = { version: 0, zero: 0, span: 1, tareGrams: 0 };

function nextVersion(before: Calibration | undefined): number {
  return (before?.version ?? 0) + 1;
}

function noSamples(value: RawValue | undefined) {
  const detail = `${value?.count ?? 0} values came in the last 15 s, ${VALUES_MIN} are needed: is the device sending?`;
  return { ok: false, code: 'NO_SAMPLES', detail } as const;
}

function notStable(spread: number) {
  return {
    ok: false,
    code: 'NOT_STABLE',
    detail: `The raw value still moves by ${round(spread)}: wait until it rests.`,
  } as const;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
