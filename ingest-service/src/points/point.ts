import type { MeasurementName } from './schema.ts';

export type FieldValue = number | string | boolean;

/**
 * One row of a time series. Its identity is (measurement, tags, time): the same point written again is one point.
 * Keys that the registry (schema.ts) does not name are not stored; an absent key was not measured.
 */
export interface TelemetryPoint {
  measurement: MeasurementName;
  /** Unix milliseconds, to which `nanosOfMs` is added: kept apart because a double cannot hold the sum exactly. */
  atMs: number;
  /** 0 … 999,999. Made from the sequence, so that two points of one series in one millisecond stay two. */
  nanosOfMs: number;
  tags: Readonly<Record<string, string | undefined>>;
  fields: Readonly<Record<string, FieldValue | undefined>>;
}

export const NANOS_PER_MS = 1_000_000;

/** The same number as `timestampNs` of the contract, in decimal digits and without a bigint per point. */
export function timestampNsText(point: Pick<TelemetryPoint, 'atMs' | 'nanosOfMs'>): string {
  return `${point.atMs}${String(point.nanosOfMs).padStart(6, '0')}`;
}
