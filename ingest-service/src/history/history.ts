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
import type { SeriesPair, SeriesRequest, StoreAggregate } from '../store/telemetry-store.ts';
import { cappedToMs, withGaps, type ChartPoint } from './buckets.ts';
import { lttb } from './lttb.ts';
import { timeWeightedMeans } from './time-weighted-mean.ts';

const HEALTH_FIELDS: readonly TelemetryField[] = ['batteryRatio', 'linkDbm', 'temperatureC'];

/** More raw readings than these are not read into memory for one chart. */
const RAW_READINGS_MAX = 20_000;
const RAW_READINGS_FOR_MEAN_MAX = 200_000;
const HOUR_MS = 3_600_000;

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
  return { items: await Promise.all(series.map((one) => readSeries(store, tenantId, { ...range, ...one }))) };
}

type Answer = Pick<TelemetrySeries, 'points' | 'truncated'> & Partial<TelemetrySeries>;

async function readRaw({ store, request }: Question): Promise<Answer> {
  // One more than asked for tells whether there is more.
  const pairs = await store.series({ ...request, limit: request.limit + 1 });
  return { points: toPoints(pairs.slice(0, request.limit)), truncated: pairs.length > request.limit };
}

async function readBuckets({ store, request, query }: Question, stepMs: number): Promise<Answer> {
  const { fromMs, aggregate, limit, holdMs } = query;
  const range = { fromMs, toMs: cappedToMs({ fromMs, toMs: query.toMs, stepMs, limit }), stepMs };
  const about = { aggregate, stepMs };
  if (aggregate !== 'timeWeightedMean') {
    const pairs = await store.series({ ...request, toMs: range.toMs, bucket: { stepMs, aggregate } });
    return { ...about, points: withGaps(pairs, range), truncated: range.toMs < query.toMs };
  }
  const raw = { ...request, fromMs: fromMs - holdMs, toMs: range.toMs, limit: RAW_READINGS_FOR_MEAN_MAX + 1 };
  const pairs = await store.series(raw);
  // Too many to hold: answer the buckets that are complete, and say that there are more.
  const complete = pairs.length <= RAW_READINGS_FOR_MEAN_MAX;
  const toMs = complete ? range.toMs : Math.min(range.toMs, lastAtMs(pairs));
  const means = timeWeightedMeans(pairs, { ...range, toMs, holdMs });
  return { ...about, points: withGaps(means, { ...range, toMs }), truncated: toMs < query.toMs };
}

/**
 * Few readings: those that a chart would show, at their own times. Many: the least and greatest of each interval. Where
 * an interval is an hour or more, whole hours: stores answer these without touching a month of raw readings.
 */
async function readForChart(question: Question, maxPoints: number): Promise<Answer> {
  const { store, request, query } = question;
  const stepMs = Math.max(1_000, Math.ceil((query.toMs - query.fromMs) / Math.floor(maxPoints / 2 - 1)));
  if (stepMs >= HOUR_MS) {
    const extremes = await readExtremes(question, Math.ceil(stepMs / HOUR_MS) * HOUR_MS, maxPoints);
    const gaps = extremes.points.filter(([, value]) => value === null).length;
    // Mostly gaps: a sensor that seldom speaks, whose readings are few.
    if (gaps * 2 < extremes.points.length) return extremes;
  }
  const raw = await store.series({ ...request, limit: RAW_READINGS_MAX + 1 });
  if (raw.length <= RAW_READINGS_MAX) {
    const kept = lttb(raw, maxPoints);
    return { points: toPoints(kept), truncated: false, ...(kept === raw ? {} : { downsampled: 'lttb' as const }) };
  }
  return readExtremes(question, stepMs, maxPoints);
}

async function readExtremes({ store, request, query }: Question, stepMs: number, maxPoints: number): Promise<Answer> {
  const { fromMs, toMs } = query;
  const extreme = async (aggregate: StoreAggregate): Promise<ChartPoint[]> =>
    withGaps(await store.series({ ...request, limit: maxPoints, bucket: { stepMs, aggregate } }), {
      fromMs,
      toMs,
      stepMs,
    });
  const [least, greatest] = await Promise.all([extreme('min'), extreme('max')]);
  const halfMs = Math.floor(stepMs / 2);
  const points = least.flatMap(([atMs, min], index): ChartPoint[] => {
    const max = greatest[index]?.[1] ?? null;
    if (min === null) return [[atMs, null]];
    return min === max
      ? [[atMs, min]]
      : [
          [atMs, min],
          [atMs + halfMs, max],
        ];
  });
  return { points, stepMs, truncated: false, downsampled: 'min-max' };
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

function lastAtMs(pairs: readonly SeriesPair[]): number {
  return pairs.at(-1)?.[0] ?? 0;
}

function measurementOf(field: TelemetryField): MeasurementName {
  return HEALTH_FIELDS.includes(field) ? 'device_health' : 'reading';
}
