import type { InfluxDB } from '@influxdata/influxdb-client';
import { z } from 'zod';

import { mergeBuckets, partsOf } from '../hours/merge-buckets.ts';
import { readingAsStretch } from '../hours/stretches.ts';
import type {
  BucketRow,
  BucketsRequest,
  SensorSummary,
  SeriesPair,
  SeriesRequest,
  Stretch,
} from '../telemetry-store.ts';
import { getText, type SeriesReader } from './series-reader.ts';

const exportLineSchema = z.object({ values: z.array(z.number().nullable()), timestamps: z.array(z.number()) });
const vectorSchema = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

/**
 * Reads from VictoriaMetrics, where field `f` of measurement `m` is the metric `m_f` and text is not kept. Readings
 * come by its export and are put into buckets here, because its own rollups take (t − step, t] and not [t, t + step).
 * What it takes becomes readable about a second later, and milliseconds are the finest it knows.
 */
export class VictoriaReader implements SeriesReader {
  readonly #client: InfluxDB;

  constructor(client: InfluxDB) {
    this.#client = client;
  }

  async series(request: SeriesRequest): Promise<SeriesPair[]> {
    return (await this.#readings(request)).slice(0, request.limit);
  }

  async buckets(request: BucketsRequest): Promise<BucketRow[]> {
    const { stepMs, aggregates, limit } = request;
    const parts = partsOf(aggregates);
    const rows = (await this.#readings(request)).map(([atMs, value]): BucketRow => [
      Math.floor(atMs / stepMs) * stepMs,
      ...parts.map((part) => (part === 'count' ? 1 : value)),
    ]);
    return mergeBuckets(rows, parts, aggregates, limit);
  }

  async stretches(request: SeriesRequest): Promise<Stretch[]> {
    return (await this.series(request)).map(readingAsStretch);
  }

  async #readings(request: SeriesRequest): Promise<SeriesPair[]> {
    const parameters = new URLSearchParams({
      'match[]': selector(`${request.measurement}_${request.field}`, request.tags),
      start: String(request.fromMs / 1_000),
      end: String((request.toMs - 1) / 1_000), // included, there
    });
    const text = await getText(this.#client, '/api/v1/export', parameters);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line) => toPairs(exportLineSchema.parse(JSON.parse(line))))
      .sort((a, b) => a[0] - b[0]);
  }

  async sensors(site: { tenantId: string; siteId: string }): Promise<SensorSummary[]> {
    const found: SensorSummary[] = [];
    for (const measurement of ['reading', 'device_health'] as const) {
      const every = selector(`${measurement}_sequence`, { tenantId: site.tenantId, siteId: site.siteId });
      const query = `max(tlast_over_time(${every}[5y])) by (deviceId, sensorId, kind)`;
      const text = await getText(this.#client, '/api/v1/query', new URLSearchParams({ query, step: '1s' }));
      for (const { metric, value } of vectorSchema.parse(JSON.parse(text)).data.result) {
        const { deviceId = '', sensorId, kind = 'health' } = metric;
        const lastAtMs = Math.round(Number(value[1]) * 1_000);
        found.push({
          measurement,
          deviceId,
          sensorId: sensorId ?? null,
          kind: measurement === 'reading' ? kind : 'health',
          lastAtMs,
        });
      }
    }
    return found;
  }

  async check(): Promise<void> {
    await getText(this.#client, '/health', new URLSearchParams());
  }
}

function selector(metric: string, tags: Readonly<Record<string, string>>): string {
  return `${metric}{${Object.entries(tags)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}}`;
}

function toPairs(line: z.infer<typeof exportLineSchema>): SeriesPair[] {
  return line.timestamps.flatMap((atMs, index): SeriesPair[] => {
    const value = line.values[index];
    return value === null || value === undefined ? [] : [[atMs, value]];
  });
}
