import { z } from 'zod';

import type { TelemetryPoint } from '../../points/point.ts';
import { HOUR_MS, type HourKnowledge, type Range } from '../hours/split-range.ts';
import { DOWNSAMPLED } from './downsampling.ts';

/** One row of the series of one instance, as InfluxQL answers `MARKS_QUERY`. */
const rowSchema = z.tuple([z.number(), z.number().nullable(), z.number().nullable()]);

export const MARKS_MEASUREMENT = 'hour_mark';
export const MARKS_GROUP_BY = ['instance'];
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
      waits.set(hourMs, (waits.get(hourMs) ?? false) || isWaiting(mark, done));
    }
  }
  const isRawGone = (hourMs: number): boolean => hourMs < rawGoneBeforeMs;
  return { isRawGone, isCovered: (hourMs) => isRawGone(hourMs) || waits.get(hourMs) === false };
}

/** Not `mark > done`: a number of a life before may arrive late, and stands for a reading that came with it. */
function isWaiting(mark: number | null, done: number | null): boolean {
  return mark !== null && mark !== done;
}

type MarksAnswer = readonly { tags?: Record<string, string> | undefined; values: readonly unknown[] }[];
/** More than one life of a process marks without any of it being in the database when the next one looks. */
const LIFE_STEP = 1_000_000;

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
 * values cover. The hour waits while they differ. The first writes into an hour carry its mark in their own request;
 * only when one of them is answered do later ones leave it out. Before an hour is computed, its mark is taken off and
 * the writes that rely on it are waited for; writes that begin afterwards make a greater mark. So there is no moment in
 * which a stored reading has neither a waiting mark nor a part in the hourly value.
 *
 * The last word counts in the database, and a request may arrive after younger ones, even after its process was killed.
 * So no number is used in two lives, what waits at a start is marked anew before it is computed, and with `done` the
 * mark since is said again: a number that arrives late differs from `done`, and costs one computation too many.
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
    return this.#coverHours(hoursOf(points));
  }

  /** Its lines are to be in the database before the mark is taken off: nothing, unless no write of this life is. */
  coverAgain(hourMs: number): Covered {
    return this.#coverHours(new Set([hourMs]));
  }

  #coverHours(hours: ReadonlySet<number>): Covered {
    const marks = [...hours].map((hourMs): [number, Mark] => [hourMs, this.#markOf(hourMs)]);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#inFlight.set(promise, hours);
    return {
      lines: marks.flatMap(([hourMs, mark]) => (mark.durable ? [] : [this.#line(hourMs, { mark: mark.number })])),
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

  /**
   * Says that the hourly values cover the mark. The mark of writes that began since is said once more: one that was taken
   * off may have reached the database after it, and the last word counts there.
   */
  doneLine(hourMs: number, number: number): string {
    const since = this.#marks.get(hourMs);
    return this.#line(hourMs, { done: number, ...(since && { mark: since.number }) });
  }

  /**
   * After a start, by the answer to `MARKS_QUERY`: own hours wait again. Those of other instances are given back, to be
   * computed here as well in case that one never comes back; only itself may call them done.
   */
  recall(answer: MarksAnswer): number[] {
    const own = new Set<number>();
    const foreign = new Set<number>();
    let latestSeen = 0;
    for (const { tags, values } of answer) {
      const isOwn = tags?.['instance'] === this.#instance;
      for (const [hourMs, mark, done] of values.map((row) => rowSchema.parse(row))) {
        // `done` may stand alone (its mark was lost on the way), and be ahead of a clock that was set back since.
        latestSeen = Math.max(latestSeen, mark ?? 0, done ?? 0);
        if (!isWaiting(mark, done)) continue;
        (isOwn ? own : foreign).add(hourMs);
      }
    }
    this.#latest = Math.max(this.#latest, latestSeen + LIFE_STEP);
    for (const hourMs of own) this.#markOf(hourMs);
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

  #line(hourMs: number, fields: { mark?: number; done?: number }): string {
    const written = Object.entries(fields).map(([name, number]) => `${name}=${number}i`);
    return `${MARKS_MEASUREMENT},instance=${this.#instance} ${written.join(',')} ${hourMs}000000`;
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
