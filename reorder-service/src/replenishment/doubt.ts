import type { ReadingQuality } from '@shelfwire/contract';

export interface SensorView {
  hasSensor: boolean;
  /** null before the first reading. */
  quality: ReadingQuality | null;
  qualitySinceMs: number | null;
  lastReadingAtMs: number | null;
  /** When a person last counted the bin. */
  countedAtMs: number | null;
  /** Silence longer than this is doubt; null for sensors that speak only when something happens. */
  staleAfterMs: number | null;
  /** Since when sensors that are well contradict each other, and for how long they may. */
  disagreeingSinceMs?: number | null;
  disagreeAfterMs?: number;
}

/**
 * `none`: the level may be acted on. `soon`: it is in motion, look again. `doubt`: no order may rest on it (design D11);
 * `count`: a person should count.
 */
export type Doubt =
  | { kind: 'none' }
  | { kind: 'soon'; untilMs: number; because: string }
  | { kind: 'doubt'; because: string; count: boolean };

/** A shelf in use is in motion for a while; after this it is a fault. */
const UNSTABLE_GRACE_MS = 30_000;

/** A count outlives the sensor's trouble for so long; people take things without telling. */
const COUNT_TRUSTED_FOR_MS = 24 * 3_600_000;

const WORDS: Readonly<Record<Exclude<ReadingQuality, 'good'>, string>> = {
  unstable: 'the sensor does not settle',
  overload: 'the sensor is overloaded',
  underload: 'the sensor reads below its range',
  stale: 'the sensor has gone silent',
  uncalibrated: 'the sensor is not calibrated',
  implausible: 'the sensor says what cannot be',
};

export function doubtOf(sensor: SensorView, levelKnown: boolean, nowMs: number): Doubt {
  if (!levelKnown) {
    const because = sensor.hasSensor ? 'nothing has been measured or counted yet' : 'nothing has been counted yet';
    return { kind: 'doubt', because, count: false };
  }
  if (sensor.quality === null || sensor.lastReadingAtMs === null) return { kind: 'none' };
  if (sensor.countedAtMs !== null && isTrusted(sensor, sensor.countedAtMs, nowMs)) return { kind: 'none' };
  if (sensor.quality !== 'good') {
    const graceEndsAtMs = (sensor.qualitySinceMs ?? nowMs) + UNSTABLE_GRACE_MS;
    const because = WORDS[sensor.quality];
    if (sensor.quality === 'unstable' && graceEndsAtMs > nowMs)
      return { kind: 'soon', untilMs: graceEndsAtMs, because };
    return { kind: 'doubt', because, count: true };
  }
  const silentMs = nowMs - sensor.lastReadingAtMs;
  if (sensor.staleAfterMs !== null && silentMs > sensor.staleAfterMs) {
    return {
      kind: 'doubt',
      because: `the sensor has been silent for ${Math.floor(silentMs / 60_000)} minutes`,
      count: true,
    };
  }
  return disagreementOf(sensor, nowMs);
}

/** One sensor tells of a pick before the other does; only what lasts is a contradiction. */
function disagreementOf({ disagreeingSinceMs, disagreeAfterMs = 0 }: SensorView, nowMs: number): Doubt {
  if (disagreeingSinceMs === undefined || disagreeingSinceMs === null) return { kind: 'none' };
  const untilMs = disagreeingSinceMs + disagreeAfterMs;
  const because = 'its sensors contradict each other';
  return untilMs > nowMs ? { kind: 'soon', untilMs, because } : { kind: 'doubt', because, count: true };
}

/** A count after the trouble began says what the sensor cannot. */
function isTrusted(sensor: SensorView, countedAtMs: number, nowMs: number): boolean {
  const troubleAtMs = sensor.quality === 'good' ? (sensor.lastReadingAtMs ?? 0) : (sensor.qualitySinceMs ?? 0);
  return countedAtMs >= troubleAtMs && nowMs - countedAtMs < COUNT_TRUSTED_FOR_MS;
}
