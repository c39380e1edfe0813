import type { InfluxDB } from '@influxdata/influxdb-client';

import type { TelemetryPoint } from '../../points/point.ts';
import type { RejectedPoint, Retention } from '../telemetry-store.ts';
import { ensureBucket } from './buckets.ts';
import { DOWNSAMPLED, HOUR_MS, hourLine, hourQuery, type DownsampledMeasurement } from './downsampling.ts';
import type { InfluxQlReader } from './influxql-reader.ts';
import type { LineWriter } from './line-writer.ts';

const HOURS_AT_START = 48;
const LINES_PER_WRITE = 1_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Buckets, hourly values and retention by InfluxQL alone, since tasks and Flux are gone in 3.x and continuous queries in
 * 2.x. Each replica downsamples the hours it wrote into; two that compute the same hour write the same points.
 *
 * Which hours got readings is kept in memory: after a start, the last 48 hours count as touched. Readings that came
 * later than that just before a crash are in the raw series but not in their hourly value (known gap).
 */
export class InfluxUpkeep {
  readonly #parts: { client: InfluxDB; reader: InfluxQlReader; writer: LineWriter; org: string; bucket: string };
  readonly #touchedHours = new Set<number>();
  #started = false;
  #deletedBeforeMs = 0;

  constructor(parts: { client: InfluxDB; reader: InfluxQlReader; writer: LineWriter; org: string; bucket: string }) {
    this.#parts = parts;
  }

  /** Called for each point before it is written. */
  touched(point: TelemetryPoint): void {
    if (point.measurement in DOWNSAMPLED) this.#touchedHours.add(point.atMs - (point.atMs % HOUR_MS));
  }

  async run(retention: Retention, nowMs: number, signal?: AbortSignal): Promise<void> {
    const { client, reader } = this.#parts;
    if (!this.#started) {
      await ensureBucket(client, this.#parts, retention);
      const thisHourMs = nowMs - (nowMs % HOUR_MS);
      for (let hour = 1; hour <= HOURS_AT_START; hour++) this.#touchedHours.add(thisHourMs - hour * HOUR_MS);
      this.#started = true;
    }
    const rawFromMs = nowMs - retention.rawMs;
    for (const hourMs of [...this.#touchedHours].filter((hour) => hour + HOUR_MS <= nowMs).sort((a, b) => a - b)) {
      if (signal?.aborted) return;
      this.#touchedHours.delete(hourMs); // before the query: what is written meanwhile touches it again
      // Its raw readings are gone: one that comes so late would replace the value of the whole hour.
      if (hourMs < Math.ceil(rawFromMs / HOUR_MS) * HOUR_MS) continue;
      try {
        await this.#downsample(hourMs);
      } catch (error) {
        this.#touchedHours.add(hourMs);
        throw error;
      }
    }
    reader.preferHourlyBefore(rawFromMs + DAY_MS);
    if (rawFromMs - this.#deletedBeforeMs < DAY_MS) return;
    for (const measurement of Object.keys(DOWNSAMPLED)) {
      // Whole hours only, so that none ever stands on a part of its readings.
      await reader.deleteBefore(measurement, rawFromMs - (rawFromMs % HOUR_MS));
    }
    this.#deletedBeforeMs = rawFromMs;
  }

  async #downsample(hourMs: number): Promise<void> {
    const { reader, writer } = this.#parts;
    for (const measurement of Object.keys(DOWNSAMPLED) as DownsampledMeasurement[]) {
      const lines = (await reader.query(hourQuery(measurement, hourMs))).flatMap((series) => {
        const text = hourLine(measurement, hourMs, series);
        return text === undefined ? [] : [text];
      });
      const rejected: RejectedPoint[] = [];
      for (let from = 0; from < lines.length; from += LINES_PER_WRITE) {
        await writer.write(
          lines.slice(from, from + LINES_PER_WRITE).map((text, index) => ({ index, text })),
          rejected,
        );
      }
      const [first] = rejected;
      if (first) throw new Error(`InfluxDB refuses an hourly value: ${first.reason}`);
    }
  }
}
