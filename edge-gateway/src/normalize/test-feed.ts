import type { Reading } from '@shelfwire/contract';

import type { Sample } from '../decode/sample.ts';
import { createSiteNormalizer, type SiteNormalizer } from './normalizer.ts';
import { sensorSettingsSchema, type SensorSettingsInput } from './settings.ts';

/** For tests: a site of one device, and weights on it as time goes by. */

export const START_MS = Date.UTC(2026, 10, 22, 8);

export function siteWith(settings: SensorSettingsInput = {}): SiteNormalizer {
  return createSiteNormalizer([{ deviceId: 'device-1', sensors: [sensorSettingsSchema.parse(settings)] }]);
}

export function weight(grams: number, more: Partial<Extract<Sample, { kind: 'weight' }>> = {}): Sample {
  return { kind: 'weight', grams, stability: 'unknown', ...more };
}

/** Feeds weights at a fixed interval, with a tick a second, and returns every reading. */
export function feed(
  site: SiteNormalizer,
  grams: readonly number[],
  options: { everyMs: number; fromMs?: number },
): Reading[] {
  const fromMs = options.fromMs ?? START_MS;
  return grams.flatMap((value, index) => {
    const atMs = fromMs + index * options.everyMs;
    const readings = site.normalize('device-1', [weight(value)], { receivedAtMs: atMs });
    return atMs % 1_000 === 0 ? [...readings, ...site.tick(atMs)] : readings;
  });
}

export function repeat(value: number, times: number): number[] {
  return Array.from({ length: times }, () => value);
}

export function netGrams(readings: readonly Reading[]): number[] {
  return readings.flatMap((reading) => (reading.kind === 'weight' ? [reading.netGrams] : []));
}

export function good(readings: readonly Reading[]): Reading[] {
  return readings.filter((reading) => reading.quality === 'good');
}
