import { medianOf } from './median.ts';

/** Leaving the settled state takes a larger step than entering it: no flapping at the edge of the band. */
const LEAVE_FACTOR = 1.5;
/** Neighbours are alike after the median filter, so that they show less noise than the means have. */
const NOISE_FACTOR = 4;
/** A difference this small is never a step. */
const BAND_SHARE_MIN = 0.05;
/** Of normally distributed noise: Φ⁻¹(3/4) · √2. */
const MEDIAN_DIFFERENCE_PER_DEVIATION = 0.9539;
/** Bounds the memory of a sensor that sends far faster than the window needs. */
const WINDOW_SAMPLES_MAX = 256;

export type MotionState = { settled: true; value: number } | { settled: false; movingSinceMs: number };

/**
 * Tells a resting weight from a moving one. It settles when every sample of the last `stableForMs` lies inside the band,
 * and moves again when a sample leaves the settled value by 1.5 bands. A settled value follows small steps and creep,
 * but only once the window is flat, so that half a step is never told.
 */
export class StabilityDetector {
  readonly #bandGrams: number;
  readonly #stableForMs: number;
  #window: { value: number; atMs: number }[] = [];
  #state: MotionState | undefined;

  constructor(settings: { stableWithinGrams: number; stableForMs: number }) {
    this.#bandGrams = settings.stableWithinGrams;
    this.#stableForMs = settings.stableForMs;
  }

  get state(): MotionState | undefined {
    return this.#state;
  }

  /** A sample of a scale that does not tell, or that lies in a row of others. */
  push(value: number, atMs: number): MotionState {
    this.#remember(value, atMs);
    if (this.#state?.settled && Math.abs(value - this.#state.value) > this.#bandGrams * LEAVE_FACTOR) {
      this.#state = { settled: false, movingSinceMs: atMs };
      this.#window = [{ value, atMs }];
    }
    if (this.#covers(atMs) && this.#isFlat()) this.#state = { settled: true, value: this.#mean() };
    this.#state ??= { settled: false, movingSinceMs: atMs };
    return this.#state;
  }

  /** A sample that is to be believed by itself. Within the band of what is settled it only adds to the mean. */
  pushStable(value: number, atMs: number): MotionState {
    if (this.#state?.settled && Math.abs(value - this.#state.value) <= this.#bandGrams) return this.push(value, atMs);
    return this.settle(value, atMs);
  }

  /** The scale says it moves, or gave no value. */
  pushMoving(atMs: number): MotionState {
    this.#window = [];
    if (!this.#state || this.#state.settled) this.#state = { settled: false, movingSinceMs: atMs };
    return this.#state;
  }

  settle(value: number, atMs: number): MotionState {
    this.#window = [{ value, atMs }];
    this.#state = { settled: true, value };
    return this.#state;
  }

  /** Moves the settled value and the window with a zero that was corrected. */
  shift(grams: number): void {
    this.#window = this.#window.map((sample) => ({ ...sample, value: sample.value + grams }));
    if (this.#state?.settled) this.#state = { settled: true, value: this.#state.value + grams };
  }

  #remember(value: number, atMs: number): void {
    this.#window.push({ value, atMs });
    // One sample at or before the window's start stays: it proves that the whole window is covered.
    while (this.#window.length > 2 && (this.#window[1]?.atMs ?? atMs) <= atMs - this.#stableForMs) this.#window.shift();
    if (this.#window.length > WINDOW_SAMPLES_MAX) {
      this.#window = this.#window.filter((_, index) => index % 2 === 0 || index === this.#window.length - 1);
    }
  }

  #covers(atMs: number): boolean {
    const first = this.#window[0];
    return this.#window.length >= 2 && first !== undefined && atMs - first.atMs >= this.#stableForMs;
  }

  /** Inside the band, and the second half not elsewhere than the first. */
  #isFlat(): boolean {
    const values = this.#window.map((sample) => sample.value);
    if (Math.max(...values) - Math.min(...values) > this.#bandGrams) return false;
    if (values.length < 4) return true;
    const half = values.length >> 1;
    const step = Math.abs(mean(values.slice(half)) - mean(values.slice(0, half)));
    const meansDeviation = noiseOf(values) * Math.sqrt(1 / half + 1 / (values.length - half));
    return step <= Math.max(NOISE_FACTOR * meansDeviation, this.#bandGrams * BAND_SHARE_MIN);
  }

  #mean(): number {
    return mean(this.#window.map((sample) => sample.value));
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation by the median difference of neighbours: one step in the window does not count as noise. */
function noiseOf(values: readonly number[]): number {
  const differences = values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? value)));
  return medianOf(differences) / MEDIAN_DIFFERENCE_PER_DEVIATION;
}
