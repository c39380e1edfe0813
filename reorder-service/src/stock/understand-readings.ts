import { effectiveAtMs, type Reading, type ReadingQuality } from '@shelfwire/contract';

import { findSensor, type SiteCatalogue } from '../catalogue/site-catalogue.ts';
import { OBSERVATIONS_KEPT_MS } from '../upkeep/forget-old.ts';
import { calibrationKey } from './calibration-key.ts';
import { COUNT_SERIES, RECEIPT_SERIES, RETURN_SERIES, TRANSFER_SERIES, type Observation } from './bin-state.ts';
import { quantityOf, seriesOf } from './quantity.ts';
import { soleOf } from './sole-sensor.ts';

/** One reading of a batch with the sequence that names it, checked against the contract or not (`reading` undefined). */
export interface SequencedReading {
  sequence: number;
  reading: Reading | undefined;
  raw: unknown;
  /** Instead of a reading: a person counted the whole bin. */
  count?: PersonCount;
  /** Instead of a reading: a person moved goods where no sensor shows it. */
  move?: PersonMove;
}

export interface PersonCount {
  binId: string;
  quantity: number;
  by: string;
  atMs: number;
}

const SERIES_OF_MOVES = { TRANSFER: TRANSFER_SERIES, RETURN: RETURN_SERIES, RECEIPT: RECEIPT_SERIES } as const;

export interface PersonMove {
  moveId: string;
  binId: string;
  kind: 'TRANSFER' | 'RETURN' | 'RECEIPT';
  /** Below 0: they left. */
  quantity: number;
  by: string;
  atMs: number;
}

export interface SeenReading {
  binId: string;
  /** Which of the bin's sensors. */
  sensor: string;
  atMs: number;
  quality: ReadingQuality;
}

export interface Parked {
  sequence: number;
  deviceId: string | null;
  reason: 'malformed' | 'unknown-device' | 'unusable' | 'handler-failed' | 'unknown-site' | 'too-late';
  detail: string;
  raw: unknown;
}

export interface Understood {
  observations: Observation[];
  /** The readings behind the observations, by sequence, for the evidence. */
  readings: ReadonlyMap<number, Reading>;
  counts: ReadonlyMap<number, PersonCount>;
  moves: ReadonlyMap<number, PersonMove>;
  seen: SeenReading[];
  parked: Parked[];
  /** Readings that say nothing about stock (health, a kind the bin's sensor does not have). */
  ignored: number;
  doubtful: number;
}

/** So far may a gateway's clock be ahead of ours without being set right: what follows may be hidden for so long. */
const AHEAD_MS_MAX = 1_000;
/** A day less than what is kept, so that nothing is folded again of which a part is forgotten already. */
const LATE_BY_MS_MAX = OBSERVATIONS_KEPT_MS - 86_400_000;

/**
 * Sorts out what a batch says. Pure. A reading's time is never later than when the gateway received it, and hardly later
 * than now: a clock that runs ahead must not hide the readings that follow. The time that a reading is given here when
 * it is first applied is kept with it, and repeats are dropped by identity, so that `nowMs` makes no second truth.
 */
export function understandReadings(
  sequenced: readonly SequencedReading[],
  { gatewayId, outboxId }: { gatewayId: string; outboxId: string },
  catalogue: SiteCatalogue,
  nowMs: number,
): Understood {
  const readings = new Map<number, Reading>();
  const counts = new Map<number, PersonCount>();
  const moves = new Map<number, PersonMove>();
  const nothing = { observations: [], seen: [], parked: [], ignored: 0, doubtful: 0 };
  const understood: Understood = { ...nothing, readings, counts, moves };
  for (const { sequence, reading, raw, count, move } of sequenced) {
    if (move) {
      const { binId, quantity, atMs, kind } = move;
      const series = SERIES_OF_MOVES[kind];
      const key = { binId, series, atMs, gatewayId, outboxId, sequence };
      understood.observations.push({ ...key, quantity, uncertainty: 0, calibration: 0 });
      moves.set(sequence, move);
      continue;
    }
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
    const atMs = accountedAtMs(reading, nowMs);
    if (atMs < nowMs - LATE_BY_MS_MAX) {
      const detail = `of ${new Date(atMs).toISOString()}: what followed is not kept so long`;
      understood.parked.push(park(sequence, reading, 'too-late', detail));
      continue;
    }
    const result = quantityOf(reading, sensor.basis);
    switch (result.kind) {
      case 'quantity': {
        // Spelled out: one object a reading, of one shape.
        const observation: Observation = {
          gatewayId,
          outboxId,
          sequence,
          binId,
          series: result.series,
          atMs,
          quantity: result.quantity,
          uncertainty: result.uncertainty,
          calibration: calibrationKey(reading, sensor.basis),
          sole: soleOf(catalogue, sensor),
          rank: sensor.rank,
        };
        if (isAnnounced(reading)) observation.announced = true;
        understood.observations.push(observation);
        readings.set(sequence, reading);
        understood.seen.push({ binId, sensor: sensor.key, atMs, quality: 'good' });
        break;
      }
      case 'doubt': {
        const quality = reading.quality === 'good' ? doubtOf(reading) : reading.quality;
        understood.doubtful += 1;
        understood.seen.push({ binId, sensor: sensor.key, atMs, quality });
        // A load in motion is no fault of the sensor, and a tag is not one: neither changes who is believed.
        if (quality === 'unstable' || reading.kind === 'tag') break;
        const nothing = { quantity: 0, uncertainty: 0, calibration: 0, doubt: true };
        const series = seriesOf(reading);
        const key = { gatewayId, outboxId, sequence, atMs };
        understood.observations.push({ ...key, binId, series, ...nothing, rank: sensor.rank });
        break;
      }
      case 'unusable':
        understood.parked.push(park(sequence, reading, 'unusable', result.because));
        break;
      case 'nothing':
        understood.ignored += 1;
    }
  }
  return understood;
}

/** A gateway whose clock was set back goes on from where it was, so that its readings keep their order. */
function accountedAtMs(reading: Reading, nowMs: number): number {
  const ownMs = Math.min(effectiveAtMs(reading), reading.receivedAtMs);
  return Math.min(Math.max(ownMs, reading.notBeforeMs ?? 0), nowMs + AHEAD_MS_MAX);
}

function isAnnounced(reading: Reading): boolean {
  return reading.kind === 'button' && reading.action === 'delivered';
}

function doubtOf(reading: Reading): ReadingQuality {
  return reading.kind === 'weight' && !reading.stable ? 'unstable' : 'implausible';
}

function park(sequence: number, reading: Reading, reason: Parked['reason'], detail: string): Parked {
  return { sequence, deviceId: reading.deviceId, reason, detail, raw: reading };
}
