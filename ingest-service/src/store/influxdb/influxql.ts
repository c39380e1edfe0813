import type { SeriesRequest, StoreAggregate } from '../telemetry-store.ts';

const FUNCTIONS: Readonly<Record<StoreAggregate, string>> = {
  mean: 'mean',
  min: 'min',
  max: 'max',
  last: 'last',
  count: 'count',
};

/** InfluxQL runs on InfluxDB 1.x, 2.x (DBRP) and 3.x alike; Flux does not (design D8). */
export function seriesQuery(request: SeriesRequest): string {
  const field = quoteName(request.field);
  const { bucket } = request;
  const selected = bucket ? `${FUNCTIONS[bucket.aggregate]}(${field})` : field;
  const grouping = bucket ? ` GROUP BY time(${bucket.stepMs}ms) fill(none)` : '';
  const where = [...tagConditions(request.tags), `time >= ${request.fromMs}ms`, `time < ${request.toMs}ms`];
  return `SELECT ${selected} AS value FROM ${quoteName(request.measurement)} WHERE ${where.join(' AND ')}${grouping} ORDER BY time ASC LIMIT ${request.limit}`;
}

/** The newest point of each series of a site; `sequence` stands in every point of these measurements. */
export function sensorsQuery(
  measurement: 'reading' | 'device_health',
  site: { tenantId: string; siteId: string },
): string {
  const groups = ['deviceId', 'sensorId', ...(measurement === 'reading' ? ['kind'] : [])].map(quoteName).join(', ');
  const where = tagConditions({ tenantId: site.tenantId, siteId: site.siteId }).join(' AND ');
  return `SELECT last("sequence") AS value FROM ${quoteName(measurement)} WHERE ${where} GROUP BY ${groups}`;
}

export function tagConditions(tags: Readonly<Record<string, string>>): string[] {
  return Object.entries(tags).map(([name, value]) => `${quoteName(name)} = ${quoteText(value)}`);
}

export function quoteName(name: string): string {
  return `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function quoteText(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
