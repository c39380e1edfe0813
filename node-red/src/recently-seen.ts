/**
 * Delivery is at least once: the same batch or event may come again. Remembers the last `max` keys, so that a flow sees
 * each once. A repeat that comes later than that is seen twice.
 */
export class RecentlySeen {
  readonly #keys = new Set<string>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** @returns true the first time */
  add(key: string): boolean {
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    if (this.#keys.size > this.#max) {
      const [oldest] = this.#keys;
      if (oldest !== undefined) this.#keys.delete(oldest);
    }
    return true;
  }
}
