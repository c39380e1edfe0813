import type {
  TelemetryField,
  TelemetryQuery,
  TelemetrySensors,
  TelemetrySeries,
  TelemetrySet,
  TelemetrySetQuery,
} from '@shelfwire/contract/api';

import type { MeasurementName } from '../points/schema.ts';
import type { HeldStore } from '../store/held-store.ts';
import { HOUR_MS } from '../store/hours/split-range.ts';
import { readingAsStretch } from '../store/hours/stretches.ts';
import type { BucketRow, SeriesPair, SeriesRequest, Stretch } from '../store/telemetry-store.ts';
import { cappedToMs, withGaps, type ChartPoint } from './buckets.ts';
import { lttb } from './lttb.ts';
import { timeWeightedMeans } from './time-weighted-mean.ts';

const HEALTH_FIELDS: readonly TelemetryField[] = ['batteryRatio', 'linkDbm', 'temperatureC'];

/** More raw readings than these are not read into memory for one chart. */
const RAW_READINGS_MAX = 10_000;
const STRETCHES_MAX = 200_000;

/** What the question comes to, whatever the store. */
interface Question {
  store: HeldStore;
  request: SeriesRequest;
  query: TelemetryQuery;
}

/** The history of one field of one sensor, of the tenant who asks. */
export async function readSeries(store: HeldStore, tenantId: string, query: TelemetryQuery): Promise<TelemetrySeries> {
  const { siteId, deviceId, sensorId, field, fromMs, toMs, stepMs, limit } = query;
  const tags = { tenantId, siteId, deviceId, ...(sensorId === undefined ? {} : { sensorId }) };
  const request: SeriesRequest = { measurement: measurementOf(field), field, tags, fromMs, toMs, limit };
  const question = { store, request, query };
  const about = { deviceId, sensorId: sensorId ?? null, field, aggregate: null, stepMs: null };
  if (stepMs !== undefined) return { ...about, ...(await readBuckets(question, stepMs)) };
  if (query.maxPoints !== undefined) return { ...about, ...(await readForChart(question, query.maxPoints)) };
  return { ...about, ...(await readRaw(question)) };
}

/** Several series over one range, in the order they were asked for. */
export async function readSeriesSet(
  store: HeldStore,
  tenantId: string,
  { series, ...range }: TelemetrySetQuery,
): Promise<TelemetrySet> {
  const items = await Promise.all(series.map((one) => readSeries(store, tenantId, { ...range, ...one })));
  return { items, nextCursor: null };
}

type Answer = Pick<TelemetrySeries, 'points' | 'truncated'> & Partial<TelemetrySeries>;

async function readRaw({ store, request }: Question): Promise<Answer> {
  // One more than asked for tells whether there is more.
  const pairs = await store.series({ ...request, limit: request.limit + 1 });
  return { points: toPoints(pairs.slice(0, request.limit)), truncated: pairs.length > request.limit };
}

async function readBuckets(question: Question, stepMs: number): Promise<Answer> {
  const { store, request, query } = question;
  const { fromMs, aggregate, limit } = query;
  const range = { fromMs, toMs: cappedToMs({ fromMs, toMs: query.toMs, stepMs, limit }), stepMs };
  if (aggregate === 'timeWeightedMean') return readTimeWeighted(question, range);
  const rows = await store.buckets({ ...request, toMs: range.toMs, stepMs, aggregates: [aggregate] });
  const pairs = rows.map(([atMs, value]): SeriesPair => [atMs, value ?? Number.NaN]);
  return { aggregate, stepMs, points: withGaps(pairs, range), truncated: range.toMs < query.toMs };
}

async function readTimeWeighted(
  { store, request, query }: Question,
  range: { fromMs: number; toMs: number; stepMs: number },
): Promise<Answer> {
  const { holdMs } = query;
  const asked = { ...request, fromMs: range.fromMs - holdMs, toMs: range.toMs, limit: STRETCHES_MAX + 1 };
  // Stretches of an hour do not fit into shorter buckets, nor do those that begin before the range.
  const stretches =
    range.stepMs % HOUR_MS === 0
      ? (
          await Promise.all([
            readingsOf(store, { ...asked, toMs: range.fromMs }),
            store.stretches({ ...asked, fromMs: range.fromMs, holdMs }),
          ])
        ).flat()
      : await readingsOf(store, asked);
  // Too many to hold: answer the buckets that are complete, and say that there are more.
  const complete = stretches.length <= STRETCHES_MAX;
  const toMs = complete ? range.toMs : Math.min(range.toMs, stretches.at(-1)?.toMs ?? 0);
  const means = timeWeightedMeans(stretches, { ...range, toMs, holdMs });
  const points = withGaps(means, { ...range, toMs });
  return { aggregate: 'timeWeightedMean', stepMs: range.stepMs, points, truncated: toMs < query.toMs };
}

async function readingsOf(store: HeldStore, request: SeriesRequest): Promise<Stretch[]> {
  return (await store.series(request)).map(readingAsStretch);
}

/**
 * Few readings: those that a chart would show, at their own times. Many: the least and greatest of each interval. Where
 * an interval is an hour or more, whole hours: stores answer these without touching a month of raw readings.
 */
async function readForChart({ store, request, query }: Question, maxPoints: number): Promise<Answer> {
  const { fromMs, toMs } = query;
  const fittingMs = Math.max(1_000, Math.ceil((toMs - fromMs) / Math.floor(maxPoints / 2 - 1)));
  const stepMs = fittingMs < HOUR_MS ? fittingMs : Math.ceil(fittingMs / HOUR_MS) * HOUR_MS;
  const rows = await store.buckets({ ...request, limit: maxPoints, stepMs, aggregates: ['count', 'min', 'max'] });
  const readings = rows.reduce((sum, [, count = 0]) => sum + count, 0);
  const isSeldom = rows.length * 2 < (toMs - fromMs) / stepMs;
  if (readings <= (stepMs < HOUR_MS || isSeldom ? RAW_READINGS_MAX : maxPoints)) {
    const raw = await store.series({ ...request, limit: RAW_READINGS_MAX + 1 });
    // Fewer than were counted: they are deleted, and their hours are left.
    if (raw.length >= readings) {
      const kept = lttb(raw, maxPoints);
      return { points: toPoints(kept), truncated: false, ...(kept === raw ? {} : { downsampled: 'lttb' as const }) };
    }
  }
  return { points: extremes(rows, { fromMs, toMs, stepMs }), stepMs, truncated: false, downsampled: 'min-max' };
}

/** Of rows of count, min and max. */
function extremes(rows: readonly BucketRow[], range: { fromMs: number; toMs: number; stepMs: number }): ChartPoint[] {
  const halfMs = Math.floor(range.stepMs / 2);
  const greatest = new Map(rows.map(([atMs, , , max = Number.NaN]) => [atMs, max]));
  const least = rows.map(([atMs, , min = Number.NaN]): SeriesPair => [atMs, min]);
  return withGaps(least, range).flatMap(([atMs, min]): ChartPoint[] => {
    const max = greatest.get(atMs) ?? null;
    if (min === null || min === max) return [[atMs, min]];
    return [
      [atMs, min],
      [atMs + halfMs, max],
    ];
  });
}

export async function readSensors(
  store: HeldStore,
  site: { tenantId: string; siteId: string },
): Promise<TelemetrySensors> {
  const found = await store.sensors(site);
  const items = found
    .map(({ deviceId, sensorId, kind, lastAtMs }) => ({ deviceId, sensorId, kind, lastAtMs }))
    .sort((a, b) => a.deviceId.localeCompare(b.deviceId) || (a.sensorId ?? '').localeCompare(b.sensorId ?? ''));
  return { items: items as TelemetrySensors['items'], nextCursor: null };
}

function toPoints(pairs: readonly SeriesPair[]): ChartPoint[] {
  return pairs.map(([atMs, value]) => [atMs, value]);
}

function measurementOf(field: TelemetryField): MeasurementName {
  return HEALTH_FIELDS.includes(field) ? 'device_health' : 'reading';
}
