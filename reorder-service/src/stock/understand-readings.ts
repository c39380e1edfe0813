import { effectiveAtMs, type Reading, type ReadingQuality } from '@shelfwire/contract';

import { findSensor, type SiteCatalogue } from '../catalogue/site-catalogue.ts';
import { calibrationKey } from './calibration-key.ts';
import { COUNT_SERIES, type Observation } from './ledger.ts';
import { quantityOf } from './quantity.ts';
import { soleOf } from './sole-sensor.ts';

/** One reading of a batch with the sequence that names it, checked against the contract or not (`reading` undefined). */
export interface SequencedReading {
  sequence: number;
  reading: Reading | undefined;
  raw: unknown;
  /** Instead of a reading: a person counted the whole bin. */
  count?: PersonCount;
}

export interface PersonCount {
  binId: string;
  quantity: number;
  by: string;
  atMs: number;
}

export interface SeenReading {
  binId: string;
  atMs: number;
  quality: ReadingQuality;
}

export interface Parked {
  sequence: number;
  deviceId: string | null;
  reason: 'malformed' | 'unknown-device' | 'unusable' | 'handler-failed' | 'unknown-site';
  detail: string;
  raw: unknown;
}

export interface Understood {
  observations: Observation[];
  /** The readings behind the observations, by sequence, for the evidence. */
  readings: ReadonlyMap<number, Reading>;
  counts: ReadonlyMap<number, PersonCount>;
  seen: SeenReading[];
  parked: Parked[];
  /** Readings that say nothing about stock (health, a kind the bin's sensor does not have). */
  ignored: number;
  doubtful: number;
}

/**
 * Sorts out what a batch says. Pure. A reading's time is never later than when the gateway received it: a device clock
 * that runs ahead must not hide the readings that follow.
 */
export function understandReadings(
  sequenced: readonly SequencedReading[],
  { gatewayId, outboxId }: { gatewayId: string; outboxId: string },
  catalogue: SiteCatalogue,
): Understood {
  const readings = new Map<number, Reading>();
  const counts = new Map<number, PersonCount>();
  const understood: Understood = { observations: [], readings, counts, seen: [], parked: [], ignored: 0, doubtful: 0 };
  for (const { sequence, reading, raw, count } of sequenced) {
    if (count) {
      const { binId, quantity, atMs } = count;
      const certain = { uncertainty: 0, calibration: 0 };
      understood.observations.push({
        binId,
        series: COUNT_SERIES,
        atMs,
        gatewayId,
        outboxId,
        sequence,
        quantity,
        ...certain,
      });
      counts.set(sequence, count);
      continue;
    }
    if (!reading) {
      understood.parked.push({ sequence, deviceId: null, reason: 'malformed', detail: 'not a reading', raw });
      continue;
    }
    const sensor = findSensor(catalogue, reading);
    if (!sensor) {
      if (reading.kind === 'health' || catalogue.sensorsByDevice.has(reading.deviceId)) understood.ignored += 1;
      else understood.parked.push(park(sequence, reading, 'unknown-device', `no bin has ${reading.deviceId}`));
      continue;
    }
    const { binId } = sensor.bin;
    const atMs = Math.min(effectiveAtMs(reading), reading.receivedAtMs);
    const result = quantityOf(reading, sensor.basis);
    switch (result.kind) {
      case 'quantity': {
        const { series, quantity, uncertainty } = result;
        const identity = { gatewayId, outboxId, sequence };
        understood.observations.push({
          ...identity,
          binId,
          series,
          atMs,
          quantity,
          uncertainty,
          calibration: calibrationKey(reading, sensor.basis),
          ...announcedBy(reading),
          sole: soleOf(catalogue, sensor),
        });
        readings.set(sequence, reading);
        understood.seen.push({ binId, atMs, quality: 'good' });
        break;
      }
      case 'doubt':
        understood.doubtful += 1;
        understood.seen.push({ binId, atMs, quality: reading.quality === 'good' ? doubtOf(reading) : reading.quality });
        break;
      case 'unusable':
        understood.parked.push(park(sequence, reading, 'unusable', result.because));
        break;
      case 'nothing':
        understood.ignored += 1;
    }
  }
  return understood;
}

function announcedBy(reading: Reading): Pick<Observation, 'announced'> {
  return reading.kind === 'button' && reading.action === 'delivered' ? { announced: true } : {};
}

function doubtOf(reading: Reading): ReadingQuality {
  return reading.kind === 'weight' && !reading.stable ? 'unstable' : 'implausible';
}

function park(sequence: number, reading: Reading, reason: Parked['reason'], detail: string): Parked {
  return { sequence, deviceId: reading.deviceId, reason, detail, raw: reading };
}
