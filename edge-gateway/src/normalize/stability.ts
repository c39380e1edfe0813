import { LevelEstimate } from './level-estimate.ts';
import { vibrationBand } from './vibration.ts';
import { windowStatistics, type WindowStatistics } from './window-statistics.ts';

/** Leaving the settled state takes a larger step than entering it: no flapping at the edge of the band. */
const LEAVE_FACTOR = 1.5;
/** Two disturbed samples may agree by chance; four do not, nor do fewer that lie four windows apart. */
const SAMPLES_MIN = 4;
/** A difference of this share of the band is never a step. */
const STEP_SHARE_MIN = 0.05;
/** A small step hidden in noise is looked for in the window that proves the rest, in twice and in four times it. */
const SCALES = [1, 2, 4] as const;
/** Vibration is looked for in so many windows. */
const VIBRATION_SCALE = 8;
/** Bounds the memory of a sensor that sends far faster than the window needs. */
const SAMPLES_MAX = 256;

export type MotionState =
  | { settled: true; value: number; deviationGrams: number }
  | { settled: false; movingSinceMs: number };

/**
 * Tells a resting weight from a moving one. It settles when every sample of the last `stableForMs` lies inside the band,
 * and moves again when a sample leaves the settled value by 1.5 bands. Steps inside the band (a light piece on a scale
 * with a wide band) are found by their mean, and told only when they are whole: half a step is never told.
 */
export class StabilityDetector {
  readonly #bandGrams: number;
  readonly #stableForMs: number;
  readonly #swingMaxGrams: number;
  readonly #level: LevelEstimate;
  #values: number[] = [];
  #timesMs: number[] = [];
  #movingSinceMs: number | undefined;
  /** While a machine shakes the shelf. */
  #vibrationBandGrams: number | undefined;

  constructor(settings: { stableWithinGrams: number; stableForMs: number; vibrationGrams?: number }) {
    this.#bandGrams = settings.stableWithinGrams;
    this.#stableForMs = settings.stableForMs;
    this.#swingMaxGrams = settings.vibrationGrams ?? 0;
    this.#level = new LevelEstimate(settings.stableWithinGrams * STEP_SHARE_MIN);
  }

  get state(): MotionState | undefined {
    if (this.#movingSinceMs !== undefined) return { settled: false, movingSinceMs: this.#movingSinceMs };
    const value = this.#level.grams;
    return value === undefined ? undefined : { settled: true, value, deviationGrams: this.#level.deviationGrams };
  }

  /** Whether this value is another weight than the settled one, and not its noise. */
  isStep(value: number): boolean {
    return this.#level.isStep(windowStatistics([value], 0));
  }

  /** A sample of a scale that does not tell, or that lies in a row of others. */
  push(value: number, atMs: number): MotionState {
    this.#remember(value, atMs);
    const levelGrams = this.#level.grams;
    if (this.#movingSinceMs !== undefined || levelGrams === undefined) return this.#pushMoving(atMs);
    if (Math.abs(value - levelGrams) > this.#band * LEAVE_FACTOR) {
      this.#restartWindow(value, atMs);
      return this.#move(atMs);
    }
    this.#pushSettled(value, atMs);
    return this.#settledState();
  }

  /** A sample that is to be believed by itself. Within the band of what is settled it only adds to the mean. */
  pushStable(value: number, atMs: number): MotionState {
    const { state } = this;
    return state?.settled && Math.abs(value - state.value) <= this.#band
      ? this.push(value, atMs)
      : this.settle(value, atMs);
  }

  /** The scale says it moves, or gave no value. */
  pushMoving(atMs: number): MotionState {
    this.#values = [];
    this.#timesMs = [];
    return this.#move(atMs);
  }

  settle(value: number, atMs: number): MotionState {
    this.#restartWindow(value, atMs);
    this.#level.breakNoise();
    this.#level.restart(windowStatistics(this.#values, 0));
    this.#movingSinceMs = undefined;
    return this.#settledState();
  }

  /** Moves everything with a zero that was corrected. */
  shift(grams: number): void {
    this.#values = this.#values.map((value) => value + grams);
    this.#level.shift(grams);
  }

  #pushMoving(atMs: number): MotionState {
    const window = this.#window(atMs, 1);
    if (!window || window.spread > this.#band || !this.#level.isCalm(window) || this.#level.isSplit(window)) {
      return this.#settleByVibration(atMs);
    }
    this.#movingSinceMs = undefined;
    // Back at the old weight after a touch: what was averaged before is still the better value.
    if (this.#level.isStep(window)) this.#level.restart(window);
    return this.#settledState();
  }

  #settleByVibration(atMs: number): MotionState {
    const lasts = (this.#timesMs[0] ?? atMs) <= atMs - this.#stableForMs * (VIBRATION_SCALE - 1);
    const limits = { bandGrams: this.#bandGrams, swingMaxGrams: this.#swingMaxGrams };
    const band = lasts ? vibrationBand(this.#values, limits) : undefined;
    if (band === undefined) return this.#move(atMs);
    this.#vibrationBandGrams = Math.max(this.#bandGrams, band);
    this.#movingSinceMs = undefined;
    this.#level.restart(windowStatistics(this.#values, 0));
    return this.#settledState();
  }

  #pushSettled(value: number, atMs: number): void {
    this.#level.learnNoise(value);
    for (const scale of SCALES) {
      const window = this.#window(atMs, scale);
      if (!window || window.spread > this.#band || !this.#level.isCalm(window)) return;
      if (scale === 1) this.#level.add(value, window);
      else if (window.spread <= this.#bandGrams) this.#vibrationBandGrams = undefined;
      if (this.#level.isStep(window) && !this.#level.isSplit(window)) {
        this.#level.restart(window);
        return;
      }
    }
  }

  get #band(): number {
    return this.#vibrationBandGrams ?? this.#bandGrams;
  }

  #move(atMs: number): MotionState {
    this.#level.breakNoise();
    this.#movingSinceMs ??= atMs;
    return { settled: false, movingSinceMs: this.#movingSinceMs };
  }

  #settledState(): MotionState {
    return { settled: true, value: this.#level.grams ?? 0, deviationGrams: this.#level.deviationGrams };
  }

  #restartWindow(value: number, atMs: number): void {
    this.#values = [value];
    this.#timesMs = [atMs];
  }

  #remember(value: number, atMs: number): void {
    this.#values.push(value);
    this.#timesMs.push(atMs);
    const oldestUsefulMs = atMs - this.#stableForMs * VIBRATION_SCALE;
    const secondIsOldEnough = (this.#timesMs[1] ?? atMs) <= oldestUsefulMs;
    const mayForget = this.#values.length > SAMPLES_MIN * VIBRATION_SCALE && secondIsOldEnough;
    if (!mayForget && this.#values.length <= SAMPLES_MAX) return;
    this.#values.shift();
    this.#timesMs.shift();
  }

  /** The samples of the last `scale` windows, undefined while they do not reach back so far. */
  #window(atMs: number, scale: number): WindowStatistics | undefined {
    const sinceMs = atMs - this.#stableForMs * scale;
    const full = this.#values.length === SAMPLES_MAX;
    let start = this.#timesMs.length - 1;
    while (start >= 0 && (this.#timesMs[start] ?? sinceMs) > sinceMs) start -= 1;
    if (start === -1 && full) start = 0;
    const longEnoughMs = atMs - this.#stableForMs * scale * SAMPLES_MIN;
    while (start >= 0 && this.#values.length - start < SAMPLES_MIN * scale) {
      if ((this.#timesMs[start] ?? atMs) <= longEnoughMs) break;
      start -= 1;
    }
    return start < 0 ? undefined : windowStatistics(this.#values, start);
  }
}
