import type { ZeroTrackingSettings } from './settings.ts';

/** OIML R 76-1, 4.5.7: corrections of not more than 0.5 d per second. */
const DIVISIONS_PER_SECOND_MAX = 0.5;

/**
 * Follows the drift of an empty scale's zero. It acts only on a settled weight that is empty: nothing on the platform
 * (gross near zero) or only the tared container (net near zero). A loaded scale is never touched, so parts can not be
 * tared away; the total is bounded, so a slowly filled bin can not be either.
 */
export class ZeroTracker {
  readonly #rateGramsPerMs: number;
  readonly #withinGrams: number;
  readonly #correctionMaxGrams: number;
  #offsetGrams = 0;
  #lastEmptyAtMs: number | undefined;

  constructor(settings: ZeroTrackingSettings) {
    this.#rateGramsPerMs = (settings.divisionGrams * DIVISIONS_PER_SECOND_MAX) / 1_000;
    this.#withinGrams = settings.withinGrams ?? settings.divisionGrams;
    this.#correctionMaxGrams = settings.correctionMaxGrams ?? settings.divisionGrams * 20;
  }

  /** To be taken off every gross and net weight. */
  get offsetGrams(): number {
    return this.#offsetGrams;
  }

  /** @param weight already corrected by `offsetGrams`; @returns by how much the offset changed */
  track(weight: { netGrams: number; grossGrams?: number }, settled: boolean, atMs: number): number {
    const deviation = settled ? this.#emptyDeviation(weight) : undefined;
    const emptySinceMs = this.#lastEmptyAtMs;
    this.#lastEmptyAtMs = deviation === undefined ? undefined : atMs;
    if (deviation === undefined || emptySinceMs === undefined) return 0;
    const stepMax = this.#rateGramsPerMs * Math.max(0, atMs - emptySinceMs);
    const before = this.#offsetGrams;
    this.#offsetGrams = clamp(before + clamp(deviation, stepMax), this.#correctionMaxGrams);
    return this.#offsetGrams - before;
  }

  #emptyDeviation({ netGrams, grossGrams }: { netGrams: number; grossGrams?: number }): number | undefined {
    if (Math.abs(netGrams) <= this.#withinGrams) return netGrams;
    return grossGrams !== undefined && Math.abs(grossGrams) <= this.#withinGrams ? grossGrams : undefined;
  }
}

function clamp(value: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, value));
}
