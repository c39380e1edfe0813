import type { VirtualTime } from './virtual-time.ts';

/** What a fault disturbs: a reading on its way to the ledger or to the store, an order on its way to the supplier. */
export type Way = 'ledger' | 'store' | 'supplier';
const WAYS: readonly Way[] = ['ledger', 'store', 'supplier'];

/** Since when each way is undisturbed. */
export class Ways {
  readonly #time: VirtualTime;
  readonly #faults = new Map<Way, number>(WAYS.map((way) => [way, 0]));
  readonly #healedAtMs: Map<Way, number>;

  constructor(time: VirtualTime) {
    this.#time = time;
    this.#healedAtMs = new Map(WAYS.map((way) => [way, time.nowMs]));
  }

  disturb(ways: readonly Way[]): void {
    for (const way of ways) this.#faults.set(way, (this.#faults.get(way) ?? 0) + 1);
  }

  heal(ways: readonly Way[]): void {
    for (const way of ways) {
      this.#faults.set(way, (this.#faults.get(way) ?? 0) - 1);
      this.#healedAtMs.set(way, this.#time.nowMs);
    }
  }

  isWell(way: Way): boolean {
    return this.#faults.get(way) === 0;
  }

  /** @returns infinity while something is wrong */
  wellSinceMs(way: Way): number {
    return this.isWell(way) ? (this.#healedAtMs.get(way) ?? 0) : Infinity;
  }
}
