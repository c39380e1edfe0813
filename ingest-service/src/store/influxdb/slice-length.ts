import { HOUR_MS } from './downsampling.ts';

/** A question should take the database about so long: writes wait behind it, and none may run into its timeout. */
const TAKES_MS = { few: 300, many: 1_500 };
const SHORTEST_MS = 15_000;

/** How much of an hour is asked for at once: halves when answers take long (or never come), doubles when they are quick. */
export class SliceLength {
  #ms = HOUR_MS;

  get ms(): number {
    return this.#ms;
  }

  took(ms: number): void {
    if (ms > TAKES_MS.many) this.#ms = Math.max(SHORTEST_MS, this.#ms / 2);
    else if (ms < TAKES_MS.few) this.#ms = Math.min(HOUR_MS, this.#ms * 2);
  }
}
