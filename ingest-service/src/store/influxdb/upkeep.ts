import type { Retention } from '../telemetry-store.ts';
import { HOUR_MS } from '../hours/split-range.ts';
import { DOWNSAMPLED, HourTotals, SERIES_TAGS, sliceQuery, type DownsampledMeasurement } from './downsampling.ts';
import { HourMarks, MARKS_GROUP_BY, MARKS_MEASUREMENT, MARKS_QUERY } from './hour-marks.ts';
import type { InfluxQlReader } from './influxql-reader.ts';
import type { LineWriter } from './line-writer.ts';
import { SliceLength } from './slice-length.ts';

/** What a bucket without any marks was filled by, a version that kept none, is computed again for so long. */
const HOURS_WITHOUT_MARKS = 48;
const LINES_PER_WRITE = 1_000;
const DAY_MS = 24 * HOUR_MS;

interface UpkeepParts {
  /** Answers false while nobody has said how long points are to be kept. */
  makeBucket: () => Promise<boolean>;
  reader: InfluxQlReader;
  writer: LineWriter;
  /** Of this replica, the same after each start. */
  instance: string;
}

/**
 * Bucket, hourly values and retention by InfluxQL alone, since tasks and Flux are gone in 3.x and continuous queries in
 * 2.x. Each replica downsamples the hours it wrote into; two that compute the same hour write the same points.
 */
export class InfluxUpkeep {
  readonly marks: HourMarks;
  readonly #parts: UpkeepParts;
  #started = false;
  #deletedBeforeMs = 0;
  /** Of other replicas, or of a version without marks: computed once, called done by nobody here. */
  #foreignHours: number[] = [];
  readonly #slice = new SliceLength();

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.marks = new HourMarks(parts.instance);
  }

  makeBucket(): Promise<boolean> {
    return this.#parts.makeBucket();
  }

  async run(retention: Retention, nowMs: number, signal?: AbortSignal): Promise<void> {
    await this.#start(nowMs);
    const rawFromMs = nowMs - retention.rawMs;
    // Raw readings of older hours are gone: one that comes so late would replace the value of the whole hour.
    const oldestMs = Math.ceil(rawFromMs / HOUR_MS) * HOUR_MS;
    for (const hourMs of this.marks.due(nowMs)) {
      if (signal?.aborted) return;
      await this.#bringUpToDate(hourMs, hourMs >= oldestMs, signal);
    }
    for (let hourMs = this.#foreignHours.at(-1); hourMs !== undefined; hourMs = this.#foreignHours.at(-1)) {
      if (signal?.aborted) return;
      if (hourMs >= oldestMs) await this.#downsample(hourMs, signal);
      this.#foreignHours.pop();
    }
    const { reader } = this.#parts;
    reader.rawGoesBefore(rawFromMs + DAY_MS);
    if (rawFromMs - this.#deletedBeforeMs < DAY_MS) return;
    for (const measurement of [...Object.keys(DOWNSAMPLED), MARKS_MEASUREMENT]) {
      // Whole hours only, so that none ever stands on a part of its readings.
      await reader.deleteBefore(measurement, rawFromMs - (rawFromMs % HOUR_MS));
    }
    this.#deletedBeforeMs = rawFromMs;
  }

  async #start(nowMs: number): Promise<void> {
    if (this.#started) return;
    await this.makeBucket();
    const answer = await this.#parts.reader.query(MARKS_QUERY, { groupBy: MARKS_GROUP_BY });
    const foreign = this.marks.recall(answer).filter((hourMs) => hourMs + HOUR_MS <= nowMs);
    const thisHourMs = nowMs - (nowMs % HOUR_MS);
    const unmarked = Array.from({ length: HOURS_WITHOUT_MARKS }, (_, index) => thisHourMs - (index + 1) * HOUR_MS);
    this.#foreignHours = answer.length === 0 ? unmarked : foreign;
    this.#started = true;
  }

  async #bringUpToDate(hourMs: number, hasRaw: boolean, signal?: AbortSignal): Promise<void> {
    await this.#writeMark(hourMs);
    const mark = await this.marks.take(hourMs);
    try {
      if (hasRaw) await this.#downsample(hourMs, signal);
      await this.#parts.writer.writeAll([this.marks.doneLine(hourMs, mark)]);
    } catch (error) {
      this.marks.putBack(hourMs, mark);
      throw error;
    }
  }

  /** After a start, and where every write of this life failed, the database does not have the mark of this life. */
  async #writeMark(hourMs: number): Promise<void> {
    const { lines, settle } = this.marks.coverAgain(hourMs);
    let outcome: 'stored' | 'failed' = 'failed';
    try {
      if (lines.length > 0) await this.#parts.writer.writeAll(lines);
      outcome = 'stored';
    } finally {
      settle(outcome);
    }
  }

  async #downsample(hourMs: number, signal?: AbortSignal): Promise<void> {
    for (const measurement of Object.keys(DOWNSAMPLED) as DownsampledMeasurement[]) {
      const totals = new HourTotals(measurement);
      for (let fromMs = hourMs; fromMs < hourMs + HOUR_MS;) {
        signal?.throwIfAborted();
        const toMs = Math.min(fromMs + this.#slice.ms, hourMs + HOUR_MS);
        for (const series of await this.#askSlice(measurement, fromMs, toMs)) totals.add(series);
        fromMs = toMs;
      }
      const lines = totals.lines(hourMs);
      for (let from = 0; from < lines.length; from += LINES_PER_WRITE) {
        await this.#parts.writer.writeAll(lines.slice(from, from + LINES_PER_WRITE));
      }
    }
  }

  async #askSlice(measurement: DownsampledMeasurement, fromMs: number, toMs: number) {
    const startedAtMs = performance.now();
    let rows = 0;
    try {
      const answer = await this.#parts.reader.query(sliceQuery(measurement, fromMs, toMs), { groupBy: SERIES_TAGS });
      for (const { values } of answer) rows += values.length;
      return answer;
    } finally {
      this.#slice.took(performance.now() - startedAtMs, rows);
    }
  }
}
