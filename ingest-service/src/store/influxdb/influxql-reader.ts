import type { InfluxDB } from '@influxdata/influxdb-client';
import { z } from 'zod';

import { ingestError, StoreAwayError } from '../../errors.ts';
import type { SensorSummary, SeriesPair, SeriesRequest } from '../telemetry-store.ts';
import { sensorsQuery, seriesQuery } from './influxql.ts';
import { getText, type SeriesReader } from './series-reader.ts';

const seriesSchema = z.object({
  tags: z.record(z.string(), z.string()).optional(),
  values: z.array(z.array(z.union([z.number(), z.string(), z.boolean(), z.null()]))),
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

  constructor(client: InfluxDB, database: string) {
    this.#client = client;
    this.#database = database;
  }

  async series(request: SeriesRequest): Promise<SeriesPair[]> {
    const [series] = await this.query(seriesQuery(request));
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

  async check(): Promise<void> {
    await this.query('SHOW MEASUREMENTS LIMIT 1');
  }

  /** @throws StoreAwayError, or STORE_QUERY_FAILED with what InfluxDB said */
  async query(influxQl: string): Promise<InfluxSeries[]> {
    const parameters = new URLSearchParams({ db: this.#database, epoch: 'ms', q: influxQl });
    const text = await getText(this.#client, '/query', parameters);
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
