import type { Reading } from '@shelfwire/contract';
import { describe, expect, test } from 'vitest';

import type { Sample } from '../decode/sample.ts';
import { createSiteNormalizer } from './normalizer.ts';
import { sensorSettingsSchema, type SensorSettingsInput } from './settings.ts';

const START_MS = Date.UTC(2026, 10, 22, 8);

/** One sample a minute. */
function perMinute(samples: readonly Sample[], settings: SensorSettingsInput = {}): Reading[] {
  const site = createSiteNormalizer([{ deviceId: 'device-1', sensors: [sensorSettingsSchema.parse(settings)] }]);
  return samples.flatMap((sample, minute) =>
    site.normalize('device-1', [sample], { receivedAtMs: START_MS + minute * 60_000 }),
  );
}

describe('a level', () => {
  const level = { emptyDistanceMm: 1_000, fullDistanceMm: 200 };

  test('becomes a fill ratio by the geometry of its bin', () => {
    expect(perMinute([{ kind: 'level', distanceMm: 600 }], { level })).toMatchObject([
      { distanceMm: 600, fillRatio: 0.5, quality: 'good' },
    ]);
  });

  test('a little outside of the geometry is full or empty, far outside it is implausible', () => {
    const samples: Sample[] = [190, 1_010, 5_000].map((distanceMm) => ({ kind: 'level', distanceMm }));
    expect(perMinute(samples, { level })).toMatchObject([
      { fillRatio: 1, quality: 'good' },
      { fillRatio: 0, quality: 'good' },
      { fillRatio: 0, quality: 'implausible' },
    ]);
  });

  test('without a value is no reading: silence is not zero', () => {
    expect(perMinute([{ kind: 'level' }])).toEqual([]);
  });
});

describe('other sensors', () => {
  test('a count is told when it changed', () => {
    const counts = [5, 5, 4].map((pieces): Sample => ({ kind: 'count', pieces }));
    expect(perMinute(counts, { report: { heartbeatMs: 3_600_000 } })).toMatchObject([{ pieces: 5 }, { pieces: 4 }]);
  });

  test('a count of a load that still moves is told as unstable', () => {
    const counts = [
      { kind: 'count', pieces: 7, stability: 'unstable' },
      { kind: 'count', pieces: 7, stability: 'stable' },
    ] as const;
    expect(perMinute([...counts])).toMatchObject([{ quality: 'unstable' }, { pieces: 7, quality: 'good' }]);
  });

  test('what is delivered again after something newer is history, not a step back', () => {
    const at = (minute: number, pieces: number): Sample => ({
      kind: 'count',
      pieces,
      observedAtMs: START_MS + minute * 60_000,
    });
    expect(perMinute([at(0, 9), at(1, 4), at(0, 9)])).toMatchObject([
      { pieces: 9 },
      { pieces: 4 },
      { pieces: 9, historical: true },
    ]);
  });

  test('half a piece is no count', () => {
    expect(perMinute([{ kind: 'count', pieces: 2.5 }])).toEqual([]);
  });

  test('a press sent twice with the same time is one press', () => {
    const press: Sample = { kind: 'button', action: 'order', observedAtMs: START_MS };
    expect(perMinute([press, press, { ...press, observedAtMs: START_MS + 100_000 }])).toHaveLength(2);
  });

  test('health goes out every five minutes, merged, and at once when the battery falls', () => {
    const readings = perMinute([
      { kind: 'health', batteryRatio: 0.8 },
      { kind: 'health', linkDbm: -70 },
      { kind: 'health', temperatureC: 21 },
      { kind: 'health', batteryRatio: 0.7 },
    ]);
    expect(readings).toMatchObject([{ batteryRatio: 0.8 }, { batteryRatio: 0.7, linkDbm: -70, temperatureC: 21 }]);
  });

  test('volts without a known battery are no ratio', () => {
    expect(perMinute([{ kind: 'health', batteryVolts: 3.6 }])).toEqual([]);
  });

  test("a vendor's name for a sensor becomes an id", () => {
    expect(perMinute([{ kind: 'count', pieces: 1, sensorId: '/Shelf 1' }])).toMatchObject([{ sensorId: 'Shelf_1' }]);
  });
});
