import { HOUR_MS } from '../hours/split-range.ts';

/** A question should take the database about so long: writes wait behind it, and none may run into its timeout. */
const TAKES_MS = { few: 300, many: 1_500 };
/** So many rows are some megabytes, and some ten milliseconds of this process. */
const ROWS = { few: 20_000, many: 100_000 };
const SHORTEST_MS = 15_000;

/** How much of an hour is asked for at once: halves when answers are long (or never come), doubles when they are short. */
export class SliceLength {
  #ms = SHORTEST_MS * 4;

  get ms(): number {
    return this.#ms;
  }

  /** @param rows of the answer; none if it did not come */
  took(ms: number, rows: number): void {
    if (ms > TAKES_MS.many || rows > ROWS.many) this.#ms = Math.max(SHORTEST_MS, this.#ms / 2);
    else if (ms < TAKES_MS.few && rows < ROWS.few) this.#ms = Math.min(HOUR_MS, this.#ms * 2);
  }
}
