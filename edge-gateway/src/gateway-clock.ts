/** Before this the software did not exist: a wall clock that says so was never set (a board without battery boots in 1970). */
const BUILT_AT_MS = Date.UTC(2026, 0, 1);
/**
 * The gateway's time. It follows the wall clock, steps and all, since a step is mostly a correction; order and identity
 * hang on sequences, never on time. Only a clock that was never set is not believed: then time goes on from the newest
 * reading on the disk, until somebody sets it.
 */
export class GatewayClock {
  readonly #wallNow: () => number;
  readonly #steadyNow: () => number;
  #floor: { wallMs: number; steadyMs: number };

  constructor(options: { wallNow: () => number; steadyNow: () => number }) {
    this.#wallNow = options.wallNow;
    this.#steadyNow = options.steadyNow;
    this.#floor = { wallMs: BUILT_AT_MS, steadyMs: options.steadyNow() };
  }

  /** It was this late already: the newest reading on the disk says so. */
  notBefore(wallMs: number): void {
    if (wallMs > this.#floor.wallMs) this.#floor = { wallMs, steadyMs: this.#steadyNow() };
  }

  /** Unix milliseconds, whole. */
  now(): number {
    const wallMs = this.#wallNow();
    return Math.floor(wallMs >= BUILT_AT_MS ? wallMs : this.#floor.wallMs + this.#steadyNow() - this.#floor.steadyMs);
  }

  /** False while nobody has set the wall clock: then `now` is only good for order, not for ages. */
  get wasSet(): boolean {
    return this.#wallNow() >= BUILT_AT_MS;
  }

  steadyNow(): number {
    return this.#steadyNow();
  }
}
