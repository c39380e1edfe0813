import type { InfluxDB } from '@influxdata/influxdb-client';
import { z } from 'zod';

import { ingestError, StoreAwayError } from '../../errors.ts';
import type { SensorSummary, SeriesPair, SeriesRequest } from '../telemetry-store.ts';
import { hourlySeriesQuery } from './downsampling.ts';
import { MARKS_MEASUREMENT } from './hour-marks.ts';
import { quoteName, sensorsQuery, seriesQuery } from './influxql.ts';
import { getText, type SeriesReader } from './series-reader.ts';

const seriesSchema = z.object({
  tags: z.record(z.string(), z.string()).optional(),
  values: z.array(z.array(z.union([z.number(), z.string(), z.boolean(), z.null()]))).default([]),
});
type InfluxSeries = z.infer<typeof seriesSchema>;

const answerSchema = z.object({
  error: z.string().optional(),
  results: z.array(z.object({ error: z.string().optional(), series: z.array(seriesSchema).optional() })).optional(),
});

/** Reads by `/query`, which InfluxDB 2.x answers for the database that is mapped to the bucket (DBRP). */
export class InfluxQlReader implements SeriesReader {
  readonly #client: InfluxDB;
  readonly #database: string;
  #hourlyBeforeMs = 0;

  constructor(client: InfluxDB, database: string) {
    this.#client = client;
    this.#database = database;
  }

  async series(request: SeriesRequest): Promise<SeriesPair[]> {
    const { bucket, fromMs, toMs, limit } = request;
    // At a multiple of the step, so that no bucket is made of both.
    const splitMs = bucket ? Math.min(this.#hourlyBeforeMs - (this.#hourlyBeforeMs % bucket.stepMs), toMs) : 0;
    const hourly = fromMs < splitMs ? hourlySeriesQuery({ ...request, toMs: splitMs }) : undefined;
    if (hourly === undefined) return this.#pairs(seriesQuery(request));
    const old = await this.#pairs(hourly);
    const recent = splitMs < toMs ? await this.#pairs(seriesQuery({ ...request, fromMs: splitMs })) : [];
    return [...old, ...recent].slice(0, limit);
  }

  /** Whole hours before this time are asked of the hourly values, since raw readings may be gone. */
  preferHourlyBefore(atMs: number): void {
    this.#hourlyBeforeMs = atMs;
  }

  async deleteBefore(measurement: string, atMs: number): Promise<void> {
    try {
      await this.query(`DELETE FROM ${quoteName(measurement)} WHERE time < ${atMs}ms`, 'POST');
    } catch (error) {
      // 3.x has no DELETE: there, the retention of the database is what counts (docs/telemetry-schema.md).
      const why = error instanceof StoreAwayError || !(error instanceof Error) ? '' : error.message;
      if (!/not (yet )?(supported|implemented)|unsupported/i.test(why)) throw error;
    }
  }

  async #pairs(influxQl: string): Promise<SeriesPair[]> {
    const [series] = await this.query(influxQl);
    return (series?.values ?? []).map(([atMs, value]): SeriesPair => [Number(atMs), Number(value)]);
  }

  async sensors(site: { tenantId: string; siteId: string }): Promise<SensorSummary[]> {
    const found: SensorSummary[] = [];
    for (const measurement of ['reading', 'device_health'] as const) {
      for (const series of await this.query(sensorsQuery(measurement, site))) {
        const { deviceId = '', sensorId, kind } = series.tags ?? {};
        const lastAtMs = Number(series.values[0]?.[0]);
        found.push({ measurement, deviceId, sensorId: sensorId || null, kind: kind ?? 'health', lastAtMs });
      }
    }
    return found;
  }

  /** A question that costs nothing. SHOW … would not tell on 1.x that there is no such database. */
  async check(): Promise<void> {
    await this.query(`SELECT "mark" FROM ${quoteName(MARKS_MEASUREMENT)} WHERE time > now() - 1m LIMIT 1`);
  }

  /** @throws StoreAwayError, or STORE_QUERY_FAILED with what InfluxDB said */
  async query(influxQl: string, method: 'GET' | 'POST' = 'GET'): Promise<InfluxSeries[]> {
    const parameters = new URLSearchParams({ db: this.#database, epoch: 'ms', q: influxQl });
    const text = await getText(this.#client, '/query', parameters, method);
    const parsed = answerSchema.safeParse(parseJson(text));
    if (!parsed.success) throw ingestError('STORE_QUERY_FAILED', 'InfluxDB gave an answer that is not InfluxQL JSON');
    const problem = parsed.data.error ?? parsed.data.results?.find((result) => result.error)?.error;
    if (problem?.startsWith('database not found')) throw new StoreAwayError('STORE_NOT_FOUND', `InfluxDB: ${problem}`);
    if (problem) throw ingestError('STORE_QUERY_FAILED', `InfluxDB: ${problem}`);
    return parsed.data.results?.flatMap((result) => result.series ?? []) ?? [];
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
