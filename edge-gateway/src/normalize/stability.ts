import { LevelEstimate } from './level-estimate.ts';

/** Leaving the settled state takes a larger step than entering it: no flapping at the edge of the band. */
const LEAVE_FACTOR = 1.5;
/** Two disturbed samples may agree by chance; three do not. */
const SAMPLES_MIN = 3;
/** A difference of this share of the band is never a step. */
const STEP_SHARE_MIN = 0.05;
/** A small step hidden in noise is looked for in the window that proves the rest, in twice and in four times it. */
const SCALES = [1, 2, 4] as const;
/** Bounds the memory of a sensor that sends far faster than the window needs. */
const SAMPLES_MAX = 400;

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
  readonly #level: LevelEstimate;
  #recent: { value: number; atMs: number }[] = [];
  #movingSinceMs: number | undefined;

  constructor(settings: { stableWithinGrams: number; stableForMs: number }) {
    this.#bandGrams = settings.stableWithinGrams;
    this.#stableForMs = settings.stableForMs;
    this.#level = new LevelEstimate(settings.stableWithinGrams * STEP_SHARE_MIN);
  }

  get state(): MotionState | undefined {
    if (this.#movingSinceMs !== undefined) return { settled: false, movingSinceMs: this.#movingSinceMs };
    const value = this.#level.grams;
    return value === undefined ? undefined : { settled: true, value, deviationGrams: this.#level.deviationGrams };
  }

  /** A sample of a scale that does not tell, or that lies in a row of others. */
  push(value: number, atMs: number): MotionState {
    this.#remember(value, atMs);
    const levelGrams = this.#level.grams;
    if (this.#movingSinceMs !== undefined || levelGrams === undefined) return this.#pushMoving(atMs);
    if (Math.abs(value - levelGrams) > this.#bandGrams * LEAVE_FACTOR) {
      this.#recent = [{ value, atMs }];
      return this.#move(atMs);
    }
    this.#pushSettled(value, atMs);
    return this.#settledState();
  }

  /** A sample that is to be believed by itself. Within the band of what is settled it only adds to the mean. */
  pushStable(value: number, atMs: number): MotionState {
    const { state } = this;
    return state?.settled && Math.abs(value - state.value) <= this.#bandGrams
      ? this.push(value, atMs)
      : this.settle(value, atMs);
  }

  /** The scale says it moves, or gave no value. */
  pushMoving(atMs: number): MotionState {
    this.#recent = [];
    return this.#move(atMs);
  }

  settle(value: number, atMs: number): MotionState {
    this.#recent = [{ value, atMs }];
    this.#level.breakNoise();
    this.#level.restart([value]);
    this.#movingSinceMs = undefined;
    return this.#settledState();
  }

  /** Moves everything with a zero that was corrected. */
  shift(grams: number): void {
    this.#recent = this.#recent.map((sample) => ({ ...sample, value: sample.value + grams }));
    this.#level.shift(grams);
  }

  #pushMoving(atMs: number): MotionState {
    const window = this.#window(atMs, 1);
    if (!window || !this.#isInBand(window) || !this.#level.isCalm(window) || this.#level.isSplit(window)) {
      return this.#move(atMs);
    }
    this.#movingSinceMs = undefined;
    // Back at the old weight after a touch: what was averaged before is still the better value.
    if (this.#level.isStep(window)) this.#level.restart(window);
    return this.#settledState();
  }

  #pushSettled(value: number, atMs: number): void {
    this.#level.learnNoise(value);
    for (const scale of SCALES) {
      const window = this.#window(atMs, scale);
      if (!window || !this.#isInBand(window) || !this.#level.isCalm(window)) return;
      if (scale === 1) this.#level.add(value, window);
      if (this.#level.isStep(window) && !this.#level.isSplit(window)) {
        this.#level.restart(window);
        return;
      }
    }
  }

  #isInBand(window: readonly number[]): boolean {
    return Math.max(...window) - Math.min(...window) <= this.#bandGrams;
  }

  #move(atMs: number): MotionState {
    this.#level.breakNoise();
    this.#movingSinceMs ??= atMs;
    return { settled: false, movingSinceMs: this.#movingSinceMs };
  }

  #settledState(): MotionState {
    return { settled: true, value: this.#level.grams ?? 0, deviationGrams: this.#level.deviationGrams };
  }

  #remember(value: number, atMs: number): void {
    this.#recent.push({ value, atMs });
    if (this.#recent.length > SAMPLES_MAX) this.#recent.splice(0, this.#recent.length - SAMPLES_MAX);
  }

  /** The samples of the last `scale` windows, undefined while they do not reach back so far. */
  #window(atMs: number, scale: number): number[] | undefined {
    const sinceMs = atMs - this.#stableForMs * scale;
    const full = this.#recent.length === SAMPLES_MAX;
    let start = this.#recent.findLastIndex((sample) => sample.atMs <= sinceMs);
    if (start === -1 && !full) return undefined;
    start = Math.min(Math.max(start, 0), this.#recent.length - SAMPLES_MIN * scale);
    return start < 0 ? undefined : this.#recent.slice(start).map((sample) => sample.value);
  }
}
