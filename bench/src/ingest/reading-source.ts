import { randomUUID } from 'node:crypto';

import { timestampNs, type Reading } from '@shelfwire/contract';

export const READINGS_PER_BATCH = 1_000;
const DEVICES = 1_000;
const OUTBOX_ID = randomUUID();
const START_MS = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 86_400_000;

/** The same readings in both forms: as the batch a gateway sends, and as the line protocol that is stored of it. */
export interface EncodedBatch {
  batch: Buffer;
  lines: Buffer;
}

/**
 * Batches `from` … `from + count - 1` of one outbox: weight readings of a thousand shelves, ten a millisecond, every one
 * a point of its own.
 */
export function encodeBatches(from: number, count: number): EncodedBatch[] {
  return Array.from({ length: count }, (_, index) => {
    const firstSequence = (from + index) * READINGS_PER_BATCH + 1;
    const readings = Array.from({ length: READINGS_PER_BATCH }, (__, offset) => reading(firstSequence + offset));
    const envelope = {
      schema: 'readings/1',
      gatewayId: 'bench',
      outboxId: OUTBOX_ID,
      firstSequence,
      sentAtMs: START_MS,
    };
    const lines = readings.map((one, offset) => line(one, firstSequence + offset));
    return { batch: Buffer.from(JSON.stringify({ ...envelope, readings })), lines: Buffer.from(lines.join('\n')) };
  });
}

/** Holds every reading that a run makes. */
export const READINGS_RANGE = { fromMs: START_MS, toMs: START_MS + 2 * 86_400_000 };

function reading(sequence: number): Extract<Reading, { kind: 'weight' }> {
  const atMs = START_MS + Math.floor(sequence / 10);
  return {
    kind: 'weight',
    deviceId: `scale-${sequence % DEVICES}`,
    sensorId: 'HX711',
    observedAtMs: atMs,
    receivedAtMs: atMs + 3,
    clockQuality: 'device',
    quality: sequence % 10 === 0 ? 'unstable' : 'good',
    calibrationVersion: 1,
    netGrams: (sequence * 37) % 12_500,
    grossGrams: ((sequence * 37) % 12_500) + 83.25,
    stable: sequence % 10 !== 0,
  };
}

/** Written here a second time on purpose: what is measured must not also be the yardstick. */
function line(one: Extract<Reading, { kind: 'weight' }>, sequence: number): string {
  const tags = `deviceId=${one.deviceId},gatewayId=bench,kind=weight,quality=${one.quality},sensorId=HX711,siteId=bench,tenantId=bench`;
  const fields = [
    `netGrams=${one.netGrams}`,
    `grossGrams=${one.grossGrams ?? 0}`,
    `stable=${one.stable ? 't' : 'f'}`,
    `receivedAtMs=${one.receivedAtMs}i`,
    `clockQuality="${one.clockQuality}"`,
    `calibrationVersion=${one.calibrationVersion ?? 0}i`,
    `sequence=${sequence}i`,
  ];
  return `reading,${tags} ${fields.join(',')} ${timestampNs(one.observedAtMs ?? one.receivedAtMs, sequence)}`;
}
