import type { StoreAggregate, SeriesRequest } from '../telemetry-store.ts';
import { quoteName, tagConditions } from './influxql.ts';

export const HOUR_MS = 3_600_000;

/** What gets hourly values, of which fields, and the tags they keep: qualities and gateways become one. */
export const DOWNSAMPLED = {
  reading: ['netGrams', 'grossGrams', 'distanceMm', 'fillRatio', 'pieces', 'rssiDbm'],
  device_health: ['batteryRatio', 'linkDbm', 'temperatureC'],
} as const;
export type DownsampledMeasurement = keyof typeof DOWNSAMPLED;
const SERIES_TAGS = ['deviceId', 'sensorId', 'siteId', 'tenantId'];
const PARTS = ['count', 'sum', 'min', 'max', 'last'] as const;

/** One hour of every series, in one question. The columns are `columnsOf` in their order. */
export function hourQuery(measurement: DownsampledMeasurement, hourMs: number): string {
  const selected = DOWNSAMPLED[measurement].flatMap((field) =>
    PARTS.map((part) => `${part}(${quoteName(field)}) AS ${quoteName(`${field}_${part}`)}`),
  );
  const where = `time >= ${hourMs}ms AND time < ${hourMs + HOUR_MS}ms`;
  return `SELECT ${selected.join(', ')} FROM ${quoteName(measurement)} WHERE ${where} GROUP BY ${SERIES_TAGS.map(quoteName).join(', ')}`;
}

/**
 * The answer to `hourQuery` for one series as a line of the measurement `<measurement>_hourly`: floats all of them, with
 * the hour's beginning as time, so that the same hour computed again overwrites itself.
 */
export function hourLine(
  measurement: DownsampledMeasurement,
  hourMs: number,
  series: { tags?: Record<string, string> | undefined; values: readonly (readonly unknown[])[] },
): string | undefined {
  const [, ...values] = series.values[0] ?? [];
  const names = DOWNSAMPLED[measurement].flatMap((field) => PARTS.map((part) => `${field}_${part}`));
  // Without any value, count is 0 and the others are null.
  const isMissing = (name: string, index: number): boolean =>
    typeof values[index] !== 'number' || (name.endsWith('_count') && values[index] === 0);
  const fields = names.flatMap((name, index) => (isMissing(name, index) ? [] : [`${name}=${String(values[index])}`]));
  if (fields.length === 0) return undefined;
  const tags = SERIES_TAGS.flatMap((tag) => {
    const value = series.tags?.[tag];
    return value === undefined || value === '' ? [] : [`${tag}=${value}`]; // ids need no escaping
  });
  return `${measurement}_hourly,${tags.join(',')} ${fields.join(',')} ${hourMs}000000`;
}

/** The question in whole hours, asked of the hourly values; undefined if they cannot answer it. */
export function hourlySeriesQuery(request: SeriesRequest): string | undefined {
  const { measurement, field, bucket, tags } = request;
  const fields = measurement in DOWNSAMPLED ? DOWNSAMPLED[measurement as DownsampledMeasurement] : [];
  const isKnown =
    (fields as readonly string[]).includes(field) && Object.keys(tags).every((tag) => SERIES_TAGS.includes(tag));
  if (!bucket || bucket.stepMs % HOUR_MS !== 0 || !isKnown) return undefined;
  const where = [...tagConditions(tags), `time >= ${request.fromMs}ms`, `time < ${request.toMs}ms`];
  return `SELECT ${hourlyAggregate(bucket.aggregate, field)} AS value FROM ${quoteName(`${measurement}_hourly`)} WHERE ${where.join(' AND ')} GROUP BY time(${bucket.stepMs}ms) fill(none) ORDER BY time ASC LIMIT ${request.limit}`;
}

function hourlyAggregate(aggregate: StoreAggregate, field: string): string {
  const part = (name: string): string => quoteName(`${field}_${name}`);
  switch (aggregate) {
    case 'mean':
      return `sum(${part('sum')}) / sum(${part('count')})`;
    case 'count':
      return `sum(${part('count')})`;
    default:
      return `${aggregate}(${part(aggregate)})`;
  }
}
