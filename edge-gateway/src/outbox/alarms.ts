import type { Reading } from '@shelfwire/contract';

import type { OutboxRecord } from './segment-format.ts';

/** A battery this empty is about to take its sensor with it. */
const BATTERY_RATIO_LOW = 0.1;

/**
 * What a person must hear of, however long ago it was: a scale beyond its limits, a sensor that fell silent or says what
 * cannot be, a battery about to end. `unstable` and `uncalibrated` are states of daily life.
 */
export function isAlarm(reading: Reading): boolean {
  switch (reading.quality) {
    case 'overload':
    case 'underload':
    case 'implausible':
    case 'stale':
      return true;
    default:
      return reading.kind === 'health' && (reading.batteryRatio ?? 1) <= BATTERY_RATIO_LOW;
  }
}

/**
 * The alarms among old records, as history. An alarm that lasts is said again every few seconds: of each sensor and kind the
 * first is kept.
 */
export function alarmsOf(records: readonly OutboxRecord[], known: Set<string>): Reading[] {
  return records.flatMap(({ text }) => {
    // Nearly all are good, and are not read.
    if (text.includes('"quality":"good"') && !text.includes('"batteryRatio"')) return [];
    const reading = JSON.parse(text) as Reading;
    const alarm = `${reading.deviceId} ${reading.sensorId ?? ''} ${reading.kind} ${reading.quality}`;
    if (!isAlarm(reading) || known.has(alarm)) return [];
    known.add(alarm);
    return [{ ...reading, historical: true }];
  });
}
