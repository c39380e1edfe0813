/** Loads far above what a scale without a load may show. */
const LOADED_BANDS = 10;
const EMPTY_BANDS = 2;
/** A pause this much longer than usual may have been a restart. */
const PAUSE_FACTOR = 10;

/**
 * For scales that tare themselves whenever they start, load or no load (`selfTaring`): after such a restart they tell
 * zero for a full bin, and every later weight is short by what lay there. So a loaded scale that comes back from an unusual
 * pause with nothing on it is doubted until it shows the old load again or is commissioned anew; nothing else could tell it
 * from a bin that was emptied meanwhile.
 */
export class LostTare {
  readonly #bandGrams: number;
  #lastLoadGrams: number | undefined;
  #lostLoadGrams: number | undefined;
  #paused = false;

  constructor(bandGrams: number) {
    this.#bandGrams = bandGrams;
  }

  /** Call it for each sample with the time since the one before. */
  heard(gapMs: number | undefined, usual: { typicalGapMs: number | undefined; wasStale: boolean }): void {
    if (gapMs === undefined) return;
    const { typicalGapMs, wasStale } = usual;
    if (wasStale || (typicalGapMs !== undefined && gapMs > PAUSE_FACTOR * typicalGapMs)) this.#paused = true;
  }

  /** @returns whether a settled load is to be doubted */
  isDoubtful(loadGrams: number): boolean {
    const before = this.#lastLoadGrams;
    const wasLoaded = before !== undefined && before > LOADED_BANDS * this.#bandGrams;
    if (this.#paused && wasLoaded && Math.abs(loadGrams) <= EMPTY_BANDS * this.#bandGrams) this.#lostLoadGrams = before;
    this.#paused = false;
    if (this.#lostLoadGrams === undefined) {
      this.#lastLoadGrams = loadGrams;
      return false;
    }
    if (Math.abs(loadGrams - this.#lostLoadGrams) > EMPTY_BANDS * this.#bandGrams) return true;
    this.#lostLoadGrams = undefined;
    this.#lastLoadGrams = loadGrams;
    return false;
  }
}
