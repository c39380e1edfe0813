import { REQUIRED_CONSUMERS, type Consumer } from '@shelfwire/contract';
import { z } from 'zod';

import type { Disk } from './disk.ts';
import { RangeSet, type SequenceRange } from './ranges.ts';

const FILE = 'confirmations.json';
const RANGES_PER_CONSUMER_MAX = 10_000;

const fileSchema = z.object({
  schema: z.literal('confirmations/1'),
  consumers: z.record(z.string(), z.array(z.tuple([z.int().min(1), z.int().min(1)]))),
});

/**
 * Which sequences each required consumer has confirmed. Kept in memory and written now and then: what is lost in a
 * crash is only sent again, and consumers drop repeats by identity.
 */
export class Confirmations {
  readonly #byConsumer: ReadonlyMap<Consumer, RangeSet>;
  /** Asked for at every append, so it is kept until something changes. */
  #all: RangeSet | undefined;
  #dirty = false;

  constructor() {
    this.#byConsumer = new Map(REQUIRED_CONSUMERS.map((consumer) => [consumer, new RangeSet()]));
  }

  static async read(disk: Disk): Promise<Confirmations> {
    const confirmations = new Confirmations();
    const parsed = fileSchema.safeParse(parseJson(await disk.readText(FILE)));
    if (parsed.success) {
      for (const [consumer, set] of confirmations.#byConsumer) {
        for (const [from, to] of parsed.data.consumers[consumer] ?? []) set.add(from, to);
      }
    }
    return confirmations;
  }

  async writeIfChanged(disk: Disk): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    const consumers = Object.fromEntries([...this.#byConsumer].map(([consumer, set]) => [consumer, set.ranges]));
    try {
      await disk.replace(FILE, JSON.stringify({ schema: 'confirmations/1', consumers }));
    } catch (error) {
      this.#dirty = true;
      throw error;
    }
  }

  /** @returns how many sequences were new to this consumer; ranges beyond the bound are left to be sent again */
  add(consumer: Consumer, ranges: readonly SequenceRange[], lastSequence: number): number {
    const set = this.#byConsumer.get(consumer);
    if (!set) return 0;
    let added = 0;
    for (const [from, to] of ranges) {
      const end = Math.min(to, lastSequence); // never believe a confirmation of what was not given out
      if (from > end || set.ranges.length >= RANGES_PER_CONSUMER_MAX) continue;
      added += end - from + 1 - set.countWithin(from, end);
      set.add(from, end);
    }
    if (added > 0) this.#changed();
    return added;
  }

  /** Segments are removed only when confirmed by all: what lies before the first one was, even if the file forgot it. */
  confirmRemoved(lastRemoved: number): void {
    for (const set of this.#byConsumer.values()) set.add(1, lastRemoved);
    this.#all = undefined;
  }

  /** No consumer will ever get these: unreadable, or given up by a policy. Nobody waits for them any more. */
  giveUp(from: number, to: number): void {
    for (const set of this.#byConsumer.values()) set.add(from, to);
    this.#changed();
  }

  of(consumer: Consumer): RangeSet {
    return this.#byConsumer.get(consumer) ?? new RangeSet();
  }

  byAll(): RangeSet {
    this.#all ??= RangeSet.intersect([...this.#byConsumer.values()]);
    return this.#all;
  }

  coveredByAll(from: number, to: number): boolean {
    return [...this.#byConsumer.values()].every((set) => set.covers(from, to));
  }

  /** What of [from, to] at least one required consumer still misses. */
  missingWithin(from: number, to: number): SequenceRange[] {
    return this.byAll().missingWithin(from, to);
  }

  #changed(): void {
    this.#dirty = true;
    this.#all = undefined;
  }

  get last(): number {
    return Math.max(...[...this.#byConsumer.values()].map((set) => set.last));
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
