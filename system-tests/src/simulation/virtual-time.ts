import { EventQueue } from '@shelfwire/device-sim/parts';

interface Event {
  atMs: number;
  key: string;
  work: () => Promise<void> | void;
}

/**
 * Time that passes only between events, one event at a time, each to its end. So a run depends on nothing but its seed,
 * and a day takes as long as its events.
 */
export class VirtualTime {
  #nowMs: number;
  #count = 0;
  readonly #queue = new EventQueue<Event>();
  /** Why time does not go on: something goes round for ever, or is beyond judging. */
  stoppedBecause: string | undefined;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, work: () => Promise<void> | void): void {
    this.#count += 1;
    const atMs = Math.floor(this.#nowMs + Math.max(0, delayMs));
    this.#queue.push({ atMs, key: String(this.#count).padStart(12, '0'), work });
  }

  /** First after one interval, for ever. */
  every(intervalMs: number, work: () => Promise<void> | void): void {
    this.after(intervalMs, async () => {
      await work();
      this.every(intervalMs, work);
    });
  }

  /** Everything due until then happens; ends at that time, unless it was stopped. */
  async runUntil(endMs: number): Promise<void> {
    for (let next = this.#queue.next; next && next.atMs <= endMs; next = this.#queue.next) {
      if (this.stoppedBecause !== undefined) return;
      this.#queue.pop();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      await next.work();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }
}
