/** A rate learned from many reads follows slowly, one of a new tag quickly. */
const RATE_MEMORY_EPOCHS = 40;
/** Readers miss 30–40 % of the tags in range: what is assumed of a tag before it is known. */
const RATE_ASSUMED = 0.6;
const RATE_MIN = 0.02;
/** However well a tag was read so far: a person may stand before it. */
const RATE_MAX = 0.95;
/** Misses between two reads count as misses only up to so many windows: beyond it the tag was away. */
const GAP_WINDOWS_MAX = 4;

/**
 * The adaptive window of one tag (SMURF: Jeffery, Garofalakis, Franklin, "Adaptive Cleaning for RFID Data Streams",
 * VLDB 2006, §4.2): a tag is there while it was read at least once in its window. The window is as long as the tag's read
 * rate p needs, w* = ⌈ln(1/δ)/p⌉ epochs; it grows by two while shorter, and is halved when far fewer reads came than p
 * explains (two standard deviations), since the tag then probably went away.
 * The rate is learned from the epochs between two reads only, so that an absence does not spoil it.
 */
export class SmurfWindow {
  readonly #missProbability: number;
  readonly #epochsMax: number;
  #readEpochs: number[] = [];
  #lastReadEpoch: number | undefined;
  #readRate = RATE_ASSUMED;
  #epochsObserved = 0;
  #epochs = 1;

  constructor(settings: { missProbability: number; windowEpochsMax: number }) {
    this.#missProbability = settings.missProbability;
    this.#epochsMax = settings.windowEpochsMax;
    this.#epochs = this.requiredEpochs;
  }

  get epochs(): number {
    return this.#epochs;
  }

  get readRate(): number {
    return this.#readRate;
  }

  /** w*, bounded. */
  get requiredEpochs(): number {
    const required = Math.ceil(Math.log(1 / this.#missProbability) / this.#readRate);
    return Math.min(this.#epochsMax, Math.max(1, required));
  }

  /** True once so many epochs passed without a read that a tag that is there would hardly ever be missed by all. */
  isGone(epoch: number, wronglyLeftProbability: number): boolean {
    if (this.#lastReadEpoch === undefined) return true;
    const missProbability = 1 - Math.min(RATE_MAX, this.#readRate);
    return missProbability ** (epoch - this.#lastReadEpoch) <= wronglyLeftProbability;
  }

  /** A read in this epoch; more reads in one epoch say no more. */
  read(epoch: number): void {
    const last = this.#lastReadEpoch;
    if (last !== undefined && epoch <= last) return;
    if (last !== undefined && epoch - last <= GAP_WINDOWS_MAX * this.requiredEpochs) this.#learn(epoch - last);
    this.#lastReadEpoch = epoch;
    this.#readEpochs.push(epoch);
    if (this.#readEpochs.length > this.#epochsMax) this.#readEpochs.shift();
  }

  /** @returns whether the tag is there at the end of this epoch */
  endEpoch(epoch: number): boolean {
    const reads = this.#readEpochs.filter((readEpoch) => readEpoch > epoch - this.#epochs).length;
    const expected = this.#epochs * this.#readRate;
    const deviation = Math.sqrt(expected * (1 - this.#readRate));
    const required = this.requiredEpochs;
    if (reads < expected - 2 * deviation) this.#epochs = Math.max(1, Math.min(this.#epochs >> 1, required));
    else if (this.#epochs < required) this.#epochs = Math.min(this.#epochs + 2, required);
    else this.#epochs = required;
    return reads > 0;
  }

  #learn(epochsSinceLastRead: number): void {
    this.#epochsObserved = Math.min(RATE_MEMORY_EPOCHS, this.#epochsObserved + epochsSinceLastRead);
    // Exponentially forgotten mean of one read in so many epochs; the assumption weighs as much as five epochs.
    const weight = Math.min(1, epochsSinceLastRead / (this.#epochsObserved + 5));
    this.#readRate = Math.max(RATE_MIN, this.#readRate * (1 - weight) + weight / epochsSinceLastRead);
  }
}
