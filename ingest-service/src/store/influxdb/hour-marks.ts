import { z } from 'zod';

import type { TelemetryPoint } from '../../points/point.ts';
import { HOUR_MS, type HourKnowledge, type Range } from '../hours/split-range.ts';
import { DOWNSAMPLED } from './downsampling.ts';

/** One row of the series of one instance, as InfluxQL answers `MARKS_QUERY`. */
const rowSchema = z.tuple([z.number(), z.number().nullable(), z.number().nullable()]);

export const MARKS_MEASUREMENT = 'hour_mark';
export const MARKS_QUERY = `SELECT "mark", "done" FROM "${MARKS_MEASUREMENT}" GROUP BY "instance"`;

/** The marks of the hours of a range, of every instance. */
export function marksQuery({ fromMs, toMs }: Range): string {
  return MARKS_QUERY.replace(' GROUP BY', ` WHERE time >= ${fromMs}ms AND time < ${toMs}ms GROUP BY`);
}

/**
 * By an answer to `marksQuery` that was asked before the hourly values are: an hour that was marked, and waits for none
 * of the instances, has values that count every reading written until then. One without a mark has no readings, or
 * was filled by a version that kept no marks.
 */
export function knownByMarks(answer: MarksAnswer, rawGoneBeforeMs: number): HourKnowledge {
  const waits = new Map<number, boolean>();
  for (const { values } of answer) {
    for (const [hourMs, mark, done] of values.map((row) => rowSchema.parse(row))) {
      waits.set(hourMs, (waits.get(hourMs) ?? false) || (mark ?? 0) > (done ?? 0));
    }
  }
  const isRawGone = (hourMs: number): boolean => hourMs < rawGoneBeforeMs;
  return { isRawGone, isCovered: (hourMs) => isRawGone(hourMs) || waits.get(hourMs) === false };
}

type MarksAnswer = readonly { tags?: Record<string, string> | undefined; values: readonly unknown[] }[];

interface Mark {
  number: number;
  /** Whether the database has it: until then every write into the hour carries it. */
  durable: boolean;
}

/** What a write adds to its lines, and must tell when it is over. */
export interface Covered {
  lines: readonly string[];
  settle: (outcome: 'stored' | 'failed') => void;
}

/**
 * Which hours have readings that their hourly values do not count yet, kept in the database beside the readings, so
 * that neither a crash nor a lost disk of this service forgets one.
 *
 * One series an instance, one point an hour: `mark` grows with each round of writes, `done` is the mark that the hourly
 * values cover. The hour waits while `mark > done`. The first writes into an hour carry its mark in their own request;
 * only when one of them is answered do later ones leave it out. Before an hour is computed, its mark is taken off and
 * the writes that rely on it are waited for; writes that begin afterwards make a greater mark. So there is no moment in
 * which a stored reading has neither a waiting mark nor a part in the hourly value.
 */
export class HourMarks {
  readonly #instance: string;
  readonly #nowMs: () => number;
  readonly #marks = new Map<number, Mark>();
  readonly #inFlight = new Map<Promise<void>, ReadonlySet<number>>();
  #latest = 0;

  constructor(instance: string, nowMs: () => number = Date.now) {
    this.#instance = instance;
    this.#nowMs = nowMs;
  }

  /** Call before the points are written. */
  cover(points: readonly TelemetryPoint[]): Covered {
    const hours = hoursOf(points);
    const marks = [...hours].map((hourMs): [number, Mark] => [hourMs, this.#markOf(hourMs)]);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#inFlight.set(promise, hours);
    return {
      lines: marks.flatMap(([hourMs, mark]) => (mark.durable ? [] : [this.#line('mark', hourMs, mark.number)])),
      settle: (outcome) => {
        if (outcome === 'stored') for (const [, mark] of marks) mark.durable = true;
        this.#inFlight.delete(promise);
        resolve();
      },
    };
  }

  /** Hours that wait and are over, the oldest first. */
  due(nowMs: number): number[] {
    return [...this.#marks.keys()].filter((hourMs) => hourMs + HOUR_MS <= nowMs).sort((a, b) => a - b);
  }

  /** Takes the mark off, and waits until no write relies on it any more. @returns its number */
  async take(hourMs: number): Promise<number> {
    const number = this.#marks.get(hourMs)?.number ?? 0;
    this.#marks.delete(hourMs);
    await Promise.all([...this.#inFlight].filter(([, hours]) => hours.has(hourMs)).map(([settled]) => settled));
    return number;
  }

  /** The hour could not be computed: it waits still. */
  putBack(hourMs: number, number: number): void {
    if (!this.#marks.has(hourMs)) this.#marks.set(hourMs, { number, durable: false });
  }

  /** Says that the hourly values cover the mark. */
  doneLine(hourMs: number, number: number): string {
    return this.#line('done', hourMs, number);
  }

  /**
   * After a start, by the answer to `MARKS_QUERY`: own hours wait again. Those of other instances are given back, to be
   * computed here as well in case that one never comes back; only itself may call them done.
   */
  recall(answer: MarksAnswer): number[] {
    const foreign = new Set<number>();
    for (const { tags, values } of answer) {
      const isOwn = tags?.['instance'] === this.#instance;
      for (const [hourMs, mark, done] of values.map((row) => rowSchema.parse(row))) {
        this.#latest = Math.max(this.#latest, mark ?? 0);
        if (mark === null || mark <= (done ?? 0)) continue;
        if (!isOwn) foreign.add(hourMs);
        // A write may have marked it since the start: the greater number counts.
        else if (!this.#marks.has(hourMs)) this.#marks.set(hourMs, { number: mark, durable: true });
      }
    }
    return [...foreign];
  }

  #markOf(hourMs: number): Mark {
    let mark = this.#marks.get(hourMs);
    if (mark === undefined) {
      this.#latest = Math.max(this.#latest + 1, this.#nowMs());
      mark = { number: this.#latest, durable: false };
      this.#marks.set(hourMs, mark);
    }
    return mark;
  }

  #line(field: 'mark' | 'done', hourMs: number, number: number): string {
    return `${MARKS_MEASUREMENT},instance=${this.#instance} ${field}=${number}i ${hourMs}000000`;
  }
}

function hoursOf(points: readonly TelemetryPoint[]): ReadonlySet<number> {
  const hours = new Set<number>();
  let latest = -1;
  for (const { measurement, atMs } of points) {
    const hourMs = atMs - (atMs % HOUR_MS);
    if (hourMs === latest || !(measurement in DOWNSAMPLED)) continue;
    latest = hourMs;
    hours.add(hourMs);
  }
  return hours;
}
