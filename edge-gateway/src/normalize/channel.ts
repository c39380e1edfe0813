import type { ClockQuality, Reading, ReadingQuality } from '@shelfwire/contract';

import type { Sample } from '../decode/sample.ts';
import type { Stamp } from './clock.ts';

/** Who a reading is of. */
export interface SensorIdentity {
  deviceId: string;
  sensorId?: string;
}

/** What a sample led to; everything that is not a reading is counted with its reason (design D13). */
export type SuppressionReason =
  | 'unchanged'
  | 'settling'
  | 'duplicate'
  | 'retained'
  | 'unusable'
  | 'merged'
  | 'tag-table-full'
  | 'too-many-sensors';

export type Outcome = { readings: Reading[]; suppressed?: SuppressionReason };

/**
 * Turns the samples of one kind of one sensor into readings. Pure but for its own state; `atMs` is the steady time of
 * the filters, the stamp carries the times of the reading. Samples come in the order they were received.
 */
export interface Channel<Kind extends Sample> {
  accept(sample: Kind, stamp: Stamp, atMs: number): Outcome;
  /** An old value that a broker kept: it may be shown, but never as live. */
  acceptRetained(sample: Kind, stamp: Stamp, atMs: number): Outcome;
  /** What follows from time alone. `stamp` is the gateway's. */
  tick(stamp: Stamp, atMs: number): Reading[];
  /** True while its last sample moves and nothing of it was told yet: there may be no other that tells it. */
  readonly isSettling?: boolean;
}

interface CommonFields<Kind> {
  kind: Kind;
  deviceId: string;
  sensorId?: string;
  observedAtMs?: number;
  receivedAtMs: number;
  clockQuality: ClockQuality;
  quality: ReadingQuality;
  historical?: true;
}

/** The fields every reading has. Written one by one: an object for each that may be absent costs more than the filters. */
export function commonFields<Kind extends Reading['kind']>(
  kind: Kind,
  { deviceId, sensorId }: SensorIdentity,
  stamp: Stamp,
  quality: ReadingQuality,
): CommonFields<Kind> {
  const { observedAtMs, receivedAtMs, clockQuality } = stamp;
  // History without a date cannot be placed in time: it must not pass for a value of now.
  const placed = stamp.undated && quality === 'good' ? 'stale' : quality;
  const fields: CommonFields<Kind> =
    sensorId === undefined
      ? { kind, deviceId, receivedAtMs, clockQuality, quality: placed }
      : { kind, deviceId, sensorId, receivedAtMs, clockQuality, quality: placed };
  if (observedAtMs !== undefined) fields.observedAtMs = observedAtMs;
  if (stamp.historical) fields.historical = true;
  return fields;
}

export const NOTHING: Outcome = { readings: [] };

export function suppressed(reason: SuppressionReason): Outcome {
  return { readings: [], suppressed: reason };
}
