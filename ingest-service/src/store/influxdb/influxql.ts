import type { Part } from '../hours/merge-buckets.ts';
import type { SeriesRequest, StoreAggregate } from '../telemetry-store.ts';

/** InfluxQL runs on InfluxDB 1.x, 2.x (DBRP) and 3.x alike; Flux does not (design D8). */
export function seriesQuery(request: SeriesRequest): string {
  return `SELECT ${quoteName(request.field)} AS value FROM ${quoteName(request.measurement)} WHERE ${conditions(request)} ORDER BY time ASC LIMIT ${request.limit}`;
}

/** Aggregates have the names that InfluxQL gives its functions. */
export function bucketsQuery(
  request: SeriesRequest,
  stepMs: number,
  aggregates: readonly (StoreAggregate | Part)[],
): string {
  const field = quoteName(request.field);
  // Each under a name of its own: two columns of one name are one in 3.x.
  const selected = aggregates.map((aggregate) => `${aggregate}(${field}) AS "${aggregate}"`).join(', ');
  return `SELECT ${selected} FROM ${quoteName(request.measurement)} WHERE ${conditions(request)} GROUP BY time(${stepMs}ms) fill(none) ORDER BY time ASC LIMIT ${request.limit}`;
}

/** Tags and times of a request. */
export function conditions({ tags, fromMs, toMs }: Pick<SeriesRequest, 'tags' | 'fromMs' | 'toMs'>): string {
  return [...tagConditions(tags), `time >= ${fromMs}ms`, `time < ${toMs}ms`].join(' AND ');
}

/** The newest point of each series of a site; `sequence` stands in every point of these measurements. */
export function sensorsQuery(
  measurement: 'reading' | 'device_health',
  site: { tenantId: string; siteId: string },
  groupBy: readonly string[],
): string {
  const where = tagConditions({ tenantId: site.tenantId, siteId: site.siteId }).join(' AND ');
  return `SELECT last("sequence") AS value FROM ${quoteName(measurement)} WHERE ${where} GROUP BY ${groupBy.map(quoteName).join(', ')}`;
}

function tagConditions(tags: Readonly<Record<string, string>>): string[] {
  return Object.entries(tags).map(([name, value]) => `${quoteName(name)} = ${quoteText(value)}`);
}

export function quoteName(name: string): string {
  return `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function quoteText(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
