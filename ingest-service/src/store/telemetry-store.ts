import type { TelemetryAggregate } from '@shelfwire/contract/api';

import type { TelemetryPoint } from '../points/point.ts';
import type { MeasurementName } from '../points/schema.ts';

/** A point that this store will never take, whatever else changes; `index` into the points of the write. */
export interface RejectedPoint {
  index: number;
  reason: string;
}

export interface WriteResult {
  rejected: readonly RejectedPoint[];
}

/** What every store computes by itself. */
export type StoreAggregate = Exclude<TelemetryAggregate, 'timeWeightedMean'>;

/** One field of one series. `tags` must match exactly; a tag that is not named matches any value. */
export interface SeriesRequest {
  measurement: MeasurementName;
  field: string;
  tags: Readonly<Record<string, string>>;
  fromMs: number;
  /** Not included. */
  toMs: number;
  /** At most so many pairs, buckets or stretches, the earliest first. */
  limit: number;
}

export type SeriesPair = readonly [atMs: number, value: number];

/** Several aggregates at once cost less than one after the other. */
export interface BucketsRequest extends SeriesRequest {
  /** Buckets stand at multiples of it since 1970. */
  stepMs: number;
  aggregates: readonly StoreAggregate[];
}

/** The beginning of a bucket, and its aggregates in the order asked for. */
export type BucketRow = readonly [atMs: number, ...values: number[]];

export interface StretchesRequest extends SeriesRequest {
  /** No two readings of a stretch are further apart, while the readings are there to tell. */
  holdMs: number;
}

/**
 * One reading (`fromMs` is `toMs`), or all readings of one hour of the clock, from the first to the last of them: what a
 * mean over time needs of either. `integral` is value × ms between the two, each value held until the next reading.
 */
export interface Stretch {
  fromMs: number;
  toMs: number;
  integral: number;
  /** What holds from `toMs` on. */
  last: number;
}

export interface SensorSummary {
  deviceId: string;
  sensorId: string | null;
  measurement: 'reading' | 'device_health';
  kind: string;
  lastAtMs: number;
}

/** How long points are kept. Downsampled: hourly values of every sensor, and all stock, order and gateway events. */
export interface Retention {
  rawMs: number;
  downsampledMs: number;
}

/**
 * Keeps points for years and answers for them. Two implementations, one conformance suite.
 * - `write` resolves when the points are durable: killing any process after it loses nothing. It is not atomic.
 * - The same point again (same measurement, tags and time) is one point. Order does not matter, nor do repeats.
 * - Points that the store refuses for ever are answered as `rejected`; all others of the same write are stored.
 * - While the store is away, `write` rejects with a StoreAwayError, having stored some of the points or none: write
 *   them all again. It neither queues nor retries by itself, so it holds no more memory than the writes in flight.
 * - `write` may be called while others are in flight. Nothing blocks the event loop for longer than some milliseconds.
 * - Queries see every write that was answered before they were asked. They may reject with STORE_QUERY_FAILED or a
 *   StoreAwayError. Buckets and sensors without points are left out.
 * - After `close`, everything rejects with STORE_CLOSED; writes in flight are finished first, or cut
 *   off when their database takes seconds to answer.
 */
export interface TelemetryStore {
  write(points: readonly TelemetryPoint[]): Promise<WriteResult>;
  /** Every point. */
  series(request: SeriesRequest): Promise<SeriesPair[]>;
  /** Whole hours come from hourly values where those count every reading, also after the readings are deleted. */
  buckets(request: BucketsRequest): Promise<BucketRow[]>;
  /** What the series did, in time order and as few stretches as the store knows. */
  stretches(request: StretchesRequest): Promise<Stretch[]>;
  sensors(site: { tenantId: string; siteId: string }): Promise<SensorSummary[]>;
  /**
   * What has to be done from time to time: makes what is missing in the database, downsamples hours that are over (and
   * those that got late readings, again), deletes what is expired. Repeats and interruptions do no harm. `signal` ends
   * it early, between two steps.
   */
  maintain(retention: Retention, nowMs: number, signal?: AbortSignal): Promise<void>;
  /** Resolves if the store would take a write now; else rejects, and the message says what is missing. */
  check(): Promise<void>;
  close(): Promise<void>;
}
