import { PARTS, type Part } from '../hours/merge-buckets.ts';
import type { SeriesRequest } from '../telemetry-store.ts';
import { conditions, quoteName } from './influxql.ts';

/** What gets hourly values, of which fields, and the tags they keep: qualities and gateways become one. */
export const DOWNSAMPLED = {
  reading: ['netGrams', 'grossGrams', 'distanceMm', 'fillRatio', 'pieces', 'rssiDbm'],
  device_health: ['batteryRatio', 'linkDbm', 'temperatureC'],
} as const;
export type DownsampledMeasurement = keyof typeof DOWNSAMPLED;
export const SERIES_TAGS = ['deviceId', 'sensorId', 'siteId', 'tenantId'];
/** As they stand in the names of fields: `netGrams_count`. Times and the integral are for means over time. */
const HOURLY_PARTS = [...PARTS, 'firstAtMs', 'lastAtMs', 'integral', 'gapMaxMs'] as const;
/** The columns of `hoursQuery`, after the time. */
export const HOUR_COLUMNS = ['firstAtMs', 'lastAtMs', 'integral', 'gapMaxMs', 'last'] as const;

/** The readings of a part of an hour of every series, in one question. `HourTotals` takes the answer. */
export function sliceQuery(measurement: DownsampledMeasurement, fromMs: number, toMs: number): string {
  const selected = DOWNSAMPLED[measurement].map(quoteName).join(', ');
  const where = `time >= ${fromMs}ms AND time < ${toMs}ms`;
  return `SELECT ${selected} FROM ${quoteName(measurement)} WHERE ${where} GROUP BY ${SERIES_TAGS.map(quoteName).join(', ')}`;
}

type Totals = Record<(typeof HOURLY_PARTS)[number], number>;

/** Adds the answers to `sliceQuery` up to the hour, slices in time order. */
export class HourTotals {
  readonly #fields: readonly string[];
  readonly #measurement: DownsampledMeasurement;
  readonly #bySeries = new Map<string, (Totals | undefined)[]>();

  constructor(measurement: DownsampledMeasurement) {
    this.#measurement = measurement;
    this.#fields = DOWNSAMPLED[measurement];
  }

  add(series: { tags?: Record<string, string> | undefined; values: readonly (readonly unknown[])[] }): void {
    const tags = SERIES_TAGS.flatMap((tag) => {
      const value = series.tags?.[tag];
      return value === undefined || value === '' ? [] : [`${tag}=${value}`]; // ids need no escaping
    }).join(',');
    const totals = this.#bySeries.get(tags) ?? this.#fields.map(() => undefined);
    this.#bySeries.set(tags, totals);
    for (const row of series.values) {
      const atMs = Number(row[0]);
      for (let index = 0; index < totals.length; index++) {
        const value = row[index + 1];
        if (typeof value === 'number') totals[index] = withReading(totals[index], atMs, value);
      }
    }
  }

  /**
   * A line of the measurement `<measurement>_hourly` for each series: floats all of them, with the hour's beginning as
   * time, so that the same hour computed again overwrites itself.
   */
  lines(hourMs: number): string[] {
    return [...this.#bySeries].flatMap(([tags, totals]) => {
      const fields = totals.flatMap((values, index) =>
        values ? HOURLY_PARTS.map((part) => `${this.#fields[index] ?? ''}_${part}=${values[part]}`) : [],
      );
      return fields.length === 0 ? [] : [`${this.#measurement}_hourly,${tags} ${fields.join(',')} ${hourMs}000000`];
    });
  }
}

function withReading(totals: Totals | undefined, atMs: number, value: number): Totals {
  if (!totals) {
    const times = { firstAtMs: atMs, lastAtMs: atMs, integral: 0, gapMaxMs: 0 };
    return { count: 1, sum: value, min: value, max: value, last: value, ...times };
  }
  const gapMs = atMs - totals.lastAtMs;
  totals.count++;
  totals.sum += value;
  if (value < totals.min) totals.min = value;
  if (value > totals.max) totals.max = value;
  totals.integral += totals.last * gapMs;
  if (gapMs > totals.gapMaxMs) totals.gapMaxMs = gapMs;
  totals.last = value;
  totals.lastAtMs = atMs;
  return totals;
}

/** Whether a series has hourly values at all. */
export function isDownsampled({ measurement, field, tags }: SeriesRequest): boolean {
  const fields = measurement in DOWNSAMPLED ? DOWNSAMPLED[measurement as DownsampledMeasurement] : [];
  return (fields as readonly string[]).includes(field) && Object.keys(tags).every((tag) => SERIES_TAGS.includes(tag));
}

/** The parts of buckets of whole hours, added up from hourly values. */
export function hourlyBucketsQuery(request: SeriesRequest, stepMs: number, parts: readonly Part[]): string {
  const selected = parts.map((part) => {
    const add = part === 'count' ? 'sum' : part;
    return `${add}(${quoteName(`${request.field}_${part}`)}) AS "${part}"`;
  });
  return `SELECT ${selected.join(', ')} FROM ${hourly(request)} WHERE ${conditions(request)} GROUP BY time(${stepMs}ms) fill(none) ORDER BY time ASC LIMIT ${request.limit}`;
}

/** Hour by hour, a row for each sensor that the tags match. */
export function hoursQuery(request: SeriesRequest): string {
  const selected = HOUR_COLUMNS.map((part) => `${quoteName(`${request.field}_${part}`)} AS "${part}"`).join(', ');
  return `SELECT ${selected} FROM ${hourly(request)} WHERE ${conditions(request)} ORDER BY time ASC`;
}

function hourly({ measurement }: SeriesRequest): string {
  return quoteName(`${measurement}_hourly`);
}
