import type { TelemetryField, TelemetryQuery, TelemetrySensors, TelemetrySeries } from '@shelfwire/contract/api';

import type { MeasurementName } from '../points/schema.ts';
import type { SeriesRequest, TelemetryStore } from '../store/telemetry-store.ts';
import { cappedToMs, withGaps } from './buckets.ts';

const HEALTH_FIELDS: readonly TelemetryField[] = ['batteryRatio', 'linkDbm', 'temperatureC'];

/** The history of one field of one sensor, of the tenant who asks. */
export async function readSeries(
  store: TelemetryStore,
  tenantId: string,
  query: TelemetryQuery,
): Promise<TelemetrySeries> {
  const { siteId, deviceId, sensorId, field, fromMs, stepMs, aggregate, limit } = query;
  const request: SeriesRequest = {
    measurement: measurementOf(field),
    field,
    tags: { tenantId, siteId, deviceId, ...(sensorId === undefined ? {} : { sensorId }) },
    fromMs,
    toMs: query.toMs,
    limit,
  };
  const about = { deviceId, sensorId: sensorId ?? null, field };
  if (stepMs === undefined) {
    // One more than asked for tells whether there is more.
    const pairs = await store.series({ ...request, limit: limit + 1 });
    const points = pairs.slice(0, limit).map(([atMs, value]): [number, number] => [atMs, value]);
    return { ...about, aggregate: null, stepMs: null, points, truncated: pairs.length > limit };
  }
  const range = { fromMs, toMs: cappedToMs({ fromMs, toMs: query.toMs, stepMs, limit }), stepMs };
  const pairs = await store.series({ ...request, toMs: range.toMs, bucket: { stepMs, aggregate } });
  return { ...about, aggregate, stepMs, points: withGaps(pairs, range), truncated: range.toMs < query.toMs };
}

export async function readSensors(
  store: TelemetryStore,
  site: { tenantId: string; siteId: string },
): Promise<TelemetrySensors> {
  const found = await store.sensors(site);
  const items = found
    .map(({ deviceId, sensorId, kind, lastAtMs }) => ({ deviceId, sensorId, kind, lastAtMs }))
    .sort((a, b) => a.deviceId.localeCompare(b.deviceId) || (a.sensorId ?? '').localeCompare(b.sensorId ?? ''));
  return { items: items as TelemetrySensors['items'], nextCursor: null };
}

function measurementOf(field: TelemetryField): MeasurementName {
  return HEALTH_FIELDS.includes(field) ? 'device_health' : 'reading';
}
