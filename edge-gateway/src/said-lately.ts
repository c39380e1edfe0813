const KEYS_MAX = 1_000;

/**
 * Lets a log line about the same thing pass once a minute and counts what it holds back, so that a device that tries a
 * wrong password for ever tells so without filling the log. Bounded: names come from outside.
 */
export class SaidLately {
  readonly #everyMs: number;
  readonly #now: () => number;
  readonly #lately = new Map<string, { saidAtMs: number; heldBack: number }>();

  constructor(options: { everyMs?: number; now?: () => number } = {}) {
    this.#everyMs = options.everyMs ?? 60_000;
    this.#now = options.now ?? ((): number => performance.now());
  }

  /** @returns how many were held back since it was last said, or undefined if it is to be held back now */
  mayPass(key: string): number | undefined {
    const nowMs = this.#now();
    const known = this.#lately.get(key);
    if (known && nowMs - known.saidAtMs < this.#everyMs) {
      known.heldBack += 1;
      return undefined;
    }
    if (this.#lately.size >= KEYS_MAX) this.#lately.clear();
    this.#lately.set(key, { saidAtMs: nowMs, heldBack: 0 });
    return known?.heldBack ?? 0;
  }
}
