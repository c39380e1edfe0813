/**
 * How long a reader has been alive and reading, in time and in read cycles. Absence of a tag is evidence only while its
 * reader lives: a reader without power sees nothing and says nothing. Time counts when the next sign of life proves it.
 */
export class ReaderLife {
  readonly #epochMs: number;
  readonly #pauseMaxMs: number;
  #lastSignAtMs: number | undefined;
  #aliveMs = 0;
  #epoch = 0;
  #epochStartedAtMs = 0;

  constructor(settings: { epochMs: number; pauseMaxMs: number }) {
    this.#epochMs = settings.epochMs;
    this.#pauseMaxMs = settings.pauseMaxMs;
  }

  /** Total time of life up to the last sign of it. */
  get aliveMs(): number {
    return this.#aliveMs;
  }

  /** Counts read cycles in which the reader could have told of a tag. */
  get epoch(): number {
    return this.#epoch;
  }

  silentMs(nowMs: number): number {
    return this.#lastSignAtMs === undefined ? 0 : nowMs - this.#lastSignAtMs;
  }

  /** A frame came. However long the reader collected for it, it is one cycle. */
  frame(atMs: number): void {
    this.#live(atMs);
    if (this.#epoch === 0 || atMs - this.#epochStartedAtMs >= this.#epochMs) {
      this.#epoch += 1;
      this.#epochStartedAtMs = atMs;
    }
  }

  /** The connection lives and had nothing to tell: as many cycles without a tag as fit in the time. */
  connected(atMs: number): void {
    this.#live(atMs);
    const epochs = Math.floor((atMs - this.#epochStartedAtMs) / this.#epochMs);
    if (epochs <= 0) return;
    this.#epoch += epochs;
    this.#epochStartedAtMs += epochs * this.#epochMs;
  }

  #live(atMs: number): void {
    const passedMs = this.#lastSignAtMs === undefined ? 0 : atMs - this.#lastSignAtMs;
    // After a pause longer than that the reader was away; what happened meanwhile nobody saw.
    if (passedMs <= this.#pauseMaxMs) this.#aliveMs += Math.max(0, passedMs);
    else this.#epochStartedAtMs = atMs;
    this.#lastSignAtMs = atMs;
  }
}
