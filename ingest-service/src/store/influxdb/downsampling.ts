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

/** A part of an hour of every series, in one question. The columns are those that `HourTotals` takes. */
export function sliceQuery(measurement: DownsampledMeasurement, fromMs: number, toMs: number): string {
  const selected = DOWNSAMPLED[measurement].flatMap((field) =>
    PARTS.map((part) => `${part}(${quoteName(field)}) AS ${quoteName(`${field}_${part}`)}`),
  );
  const where = `time >= ${fromMs}ms AND time < ${toMs}ms`;
  return `SELECT ${selected.join(', ')} FROM ${quoteName(measurement)} WHERE ${where} GROUP BY ${SERIES_TAGS.map(quoteName).join(', ')}`;
}

type Totals = Record<(typeof PARTS)[number], number>;

/** Adds the answers to `sliceQuery` up to the hour, slices in time order. */
export class HourTotals {
  readonly #fields: readonly string[];
  readonly #measurement: DownsampledMeasurement;
  readonly #bySeries = new Map<string, Map<string, Totals>>();

  constructor(measurement: DownsampledMeasurement) {
    this.#measurement = measurement;
    this.#fields = DOWNSAMPLED[measurement];
  }

  add(series: { tags?: Record<string, string> | undefined; values: readonly (readonly unknown[])[] }): void {
    const tags = SERIES_TAGS.flatMap((tag) => {
      const value = series.tags?.[tag];
      return value === undefined || value === '' ? [] : [`${tag}=${value}`]; // ids need no escaping
    }).join(',');
    const totals = this.#bySeries.get(tags) ?? new Map<string, Totals>();
    this.#bySeries.set(tags, totals);
    const [, ...columns] = series.values[0] ?? [];
    for (const [index, field] of this.#fields.entries()) {
      const [count, sum, min, max, last] = columns.slice(index * PARTS.length, (index + 1) * PARTS.length).map(Number);
      if (!count || sum === undefined || min === undefined || max === undefined || last === undefined) continue;
      const before = totals.get(field) ?? { count: 0, sum: 0, min, max, last };
      totals.set(field, {
        count: before.count + count,
        sum: before.sum + sum,
        min: Math.min(before.min, min),
        max: Math.max(before.max, max),
        last,
      });
    }
  }

  /**
   * A line of the measurement `<measurement>_hourly` for each series: floats all of them, with the hour's beginning as
   * time, so that the same hour computed again overwrites itself.
   */
  lines(hourMs: number): string[] {
    return [...this.#bySeries].flatMap(([tags, totals]) => {
      const fields = [...totals].flatMap(([field, values]) => PARTS.map((part) => `${field}_${part}=${values[part]}`));
      return fields.length === 0 ? [] : [`${this.#measurement}_hourly,${tags} ${fields.join(',')} ${hourMs}000000`];
    });
  }
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
