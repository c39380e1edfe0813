import type { WindowStatistics } from './window-statistics.ts';

/** How many standard errors a difference must have to be a step. One window in 15,000 exceeds it by chance. */
const STEP_DEVIATIONS = 4;
/** A window with the tail of a touch in it is refused sooner; at worst it is taken a few samples later. */
const SPLIT_SHARE = 0.5;
/** A running median of three makes neighbours alike: the mean of n of them scatters like that of n ÷ 2.8. */
const CORRELATION = 1.7;
/** Samples so far apart share none of their raw values any more. */
const INDEPENDENT_LAG = 3;
/** The estimate follows creep: older samples than these weigh no more. */
const SAMPLES_REMEMBERED_MAX = 200;
const NOISE_MEMORY = 50;
const NOISE_TRUSTED_AFTER = 10;
/** What is far beyond the known noise is motion; it counts as this many deviations, so that new noise is learned still. */
const NOISE_CAP = 2.5;
const NOISE_FLOOR_GRAMS = 1e-6;
/** Peak to peak of a window of pure noise stays within it. */
const CALM_DEVIATIONS = 6;

/**
 * The best value of a resting weight: the mean of everything since the last step, which is far quieter than the window
 * that proves the rest. A step shows as a mean of recent samples that the noise does not explain. The noise is learned.
 */
export class LevelEstimate {
  readonly #stepMinGrams: number;
  #grams: number | undefined;
  #samples = 0;
  #noiseGrams: number | undefined;
  #noiseSamples = 0;
  #history: number[] = [];

  /** @param stepMinGrams differences below it are never a step */
  constructor(stepMinGrams: number) {
    this.#stepMinGrams = stepMinGrams;
  }

  get grams(): number | undefined {
    return this.#grams;
  }

  /** Standard error of the estimate; 0 while the noise is not known. */
  get deviationGrams(): number {
    return this.#samples === 0 ? 0 : ((this.#noiseGrams ?? 0) * CORRELATION) / Math.sqrt(this.#samples);
  }

  /** True if these samples lie elsewhere than the estimate by more than chance. */
  isStep(recent: WindowStatistics): boolean {
    if (this.#grams === undefined) return true;
    return Math.abs(recent.mean - this.#grams) > this.#chanceGrams(recent.count, this.#samples);
  }

  /** True if the later half of these samples lies elsewhere than the earlier: a step lies within them. */
  isSplit(recent: WindowStatistics): boolean {
    if (recent.count < 4 || !this.#knowsNoise()) return false;
    const half = recent.count >> 1;
    return Math.abs(recent.drift) > this.#chanceGrams(half, recent.count - half) * SPLIT_SHARE;
  }

  restart(recent: WindowStatistics): void {
    this.#grams = recent.mean;
    this.#samples = recent.count;
  }

  /** Motion shows as a wider spread than the noise has, long before it leaves a wide band. */
  isCalm(recent: WindowStatistics): boolean {
    if (!this.#knowsNoise()) return true;
    return recent.spread <= Math.max(this.#stepMinGrams, CALM_DEVIATIONS * (this.#noiseGrams ?? 0));
  }

  /** Every sample in a row without a step teaches the noise; one step among them counts little. */
  learnNoise(value: number): void {
    this.#history.push(value);
    if (this.#history.length <= INDEPENDENT_LAG) return;
    const before = this.#history.shift() ?? value;
    // The mean absolute difference of two normal values is 2σ ÷ √π.
    this.#fold((Math.abs(value - before) * Math.sqrt(Math.PI)) / 2);
  }

  /** One more sample of the same rest. Doubtful ones, perhaps the first of a step, are left out of the mean. */
  add(value: number, recent: WindowStatistics): void {
    if (this.#grams === undefined) return this.restart(recent);
    const difference = Math.abs(recent.mean - this.#grams);
    if (difference > this.#chanceGrams(recent.count, this.#samples) / 2) return;
    this.#samples = Math.min(SAMPLES_REMEMBERED_MAX, this.#samples + 1);
    this.#grams += (value - this.#grams) / this.#samples;
  }

  shift(grams: number): void {
    if (this.#grams !== undefined) this.#grams += grams;
    this.#history = this.#history.map((value) => value + grams);
  }

  /** After a pause or a step neighbours are no measure of the noise. */
  breakNoise(): void {
    this.#history = [];
  }

  #knowsNoise(): boolean {
    return this.#noiseSamples >= NOISE_TRUSTED_AFTER;
  }

  #chanceGrams(count: number, otherCount: number): number {
    const noiseGrams = (this.#noiseGrams ?? 0) * CORRELATION;
    return Math.max(this.#stepMinGrams, STEP_DEVIATIONS * noiseGrams * Math.sqrt(1 / count + 1 / otherCount));
  }

  #fold(deviation: number): void {
    const known = this.#noiseGrams;
    const capped =
      known !== undefined && this.#knowsNoise()
        ? Math.min(deviation, NOISE_CAP * known + NOISE_FLOOR_GRAMS)
        : deviation;
    this.#noiseSamples = Math.min(NOISE_MEMORY, this.#noiseSamples + 1);
    this.#noiseGrams = known === undefined ? capped : known + (capped - known) / this.#noiseSamples;
  }
}
