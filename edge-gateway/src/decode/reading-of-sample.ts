import { epochMsSchema, type Reading } from '@shelfwire/contract';

import { epcUriFromHex } from './epc/epc-uri.ts';
import type { Sample } from './sample.ts';
import { idOf } from './sensor-id.ts';

interface CommonFields {
  deviceId: string;
  sensorId?: string;
  observedAtMs?: number;
  receivedAtMs: number;
  clockQuality: 'device' | 'gateway';
  historical?: boolean;
}

/**
 * What one frame says, as a reading, with nothing learned from the frames before it: no median, no motion band, no
 * calibration, no correction of the clock. `npm run decode` shows this; the gateway itself uses `normalize`.
 * @returns undefined where a reading has no field for what the sample says (volts of a battery)
 */
export function readingOfSample(sample: Sample, deviceId: string, receivedAtMs: number): Reading | undefined {
  const common = commonFields(sample, deviceId, receivedAtMs);
  switch (sample.kind) {
    case 'weight': {
      const { grams, stability } = sample;
      const quality = stability === 'unstable' ? 'unstable' : 'good';
      const gross = sample.isNet === true ? {} : { grossGrams: grams };
      return { kind: 'weight', ...common, quality, netGrams: grams, ...gross, stable: quality === 'good' };
    }
    case 'range':
      // The scale gave no number; consumers take no amount from this quality.
      return { kind: 'weight', ...common, quality: sample.condition, netGrams: 0, stable: false };
    case 'raw':
      return { kind: 'weight', ...common, quality: 'uncalibrated', netGrams: sample.counts, stable: true };
    case 'level':
      return { kind: 'level', ...common, quality: 'good', ...pick(sample, ['distanceMm', 'fillRatio']) };
    case 'tag': {
      const { epcHex } = sample;
      const fields = pick(sample, ['antenna', 'rssiDbm']);
      return {
        kind: 'tag',
        ...common,
        quality: 'good',
        epcUri: epcUriFromHex(epcHex),
        epcHex,
        presence: 'present',
        ...fields,
      };
    }
    case 'count':
      return {
        kind: 'count',
        ...common,
        quality: sample.stability === 'unstable' ? 'unstable' : 'good',
        pieces: sample.pieces,
      };
    case 'button':
      return { kind: 'button', ...common, quality: 'good', action: sample.action };
    case 'health': {
      const fields = pick(sample, ['batteryRatio', 'linkDbm', 'temperatureC']);
      return Object.keys(fields).length === 0 ? undefined : { kind: 'health', ...common, quality: 'good', ...fields };
    }
    default:
      return sample satisfies never;
  }
}

function commonFields(sample: Sample, deviceId: string, receivedAtMs: number): CommonFields {
  const observed = epochMsSchema.safeParse(sample.observedAtMs);
  return {
    deviceId,
    ...(sample.sensorId !== undefined && { sensorId: idOf(sample.sensorId) }),
    ...(observed.success && { observedAtMs: observed.data }),
    receivedAtMs,
    clockQuality: observed.success ? 'device' : 'gateway',
    ...(sample.historical === true && { historical: true }),
  };
}

function pick<Key extends string>(
  values: Partial<Record<Key, number>>,
  keys: readonly Key[],
): Partial<Record<Key, number>> {
  const picked: Partial<Record<Key, number>> = {};
  for (const key of keys) {
    const value = values[key];
    if (value !== undefined) picked[key] = value;
  }
  return picked;
}
