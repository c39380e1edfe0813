import { describe, expect, test } from 'vitest';

import type { SensorSettingsInput } from './settings.ts';
import { feed, good, netGrams, repeat, siteWith, START_MS, weight } from './test-feed.ts';

describe('a slow scale', () => {
  test('one published message is a good, stable reading at once', () => {
    const readings = siteWith().normalize('device-1', [weight(1_250)], { receivedAtMs: START_MS });
    expect(readings).toEqual([
      {
        kind: 'weight',
        deviceId: 'device-1',
        receivedAtMs: START_MS,
        clockQuality: 'gateway',
        quality: 'good',
        netGrams: 1_250,
        grossGrams: 1_250,
        stable: true,
      },
    ]);
  });

  test('a message a minute is believed each time, however far it jumps', () => {
    const readings = feed(siteWith(), [1_000, 800, 805, 0], { everyMs: 60_000 });
    expect(netGrams(readings)).toEqual([1_000, 800, 805, 0]);
    expect(readings.every((reading) => reading.quality === 'good')).toBe(true);
  });

  test('a pick a second after the half-hourly word is the weight in seconds, not at the next word', () => {
    const site = siteWith();
    const everyMs = 30 * 60_000;
    feed(site, repeat(1_000, 8), { everyMs });
    const pickedAtMs = START_MS + 7 * everyMs + 1_000;
    const told = site.normalize('device-1', [weight(900)], { receivedAtMs: pickedAtMs });
    expect(told).toMatchObject([{ quality: 'unstable', netGrams: 900 }]);
    expect(site.tick(pickedAtMs + 4_999)).toEqual([]);
    expect(site.tick(pickedAtMs + 5_000)).toMatchObject([{ netGrams: 900, stable: true, quality: 'good' }]);
  });

  test('a device that sends on change only and then falls silent has settled', () => {
    const site = siteWith();
    feed(site, [1_000, 900], { everyMs: 2_000 });
    const settled = site.tick(START_MS + 2_000 + 3_100);
    expect(settled).toMatchObject([{ netGrams: 900, stable: true, quality: 'good', receivedAtMs: START_MS + 2_000 }]);
  });
});

describe('a device that sends on change only', () => {
  test('has settled when it falls silent, also on a small change', () => {
    const site = siteWith();
    feed(site, [1_000, 997], { everyMs: 2_000 });
    expect(site.tick(START_MS + 2_900)).toEqual([]);
    expect(site.tick(START_MS + 3_000)).toMatchObject([{ netGrams: 997, quality: 'good' }]);
    expect(site.tick(START_MS + 4_000)).toEqual([]);
  });

  test('is told as moving with the first message: a power cut may come before it settles', () => {
    const site = siteWith();
    const told = feed(site, [1_000, 900], { everyMs: 2_000 });
    expect(told).toMatchObject([{ quality: 'good' }, { quality: 'unstable', netGrams: 900, stable: false }]);
  });
});

describe('a fast scale', () => {
  test.each([
    [100, 2_000],
    [500, 4_000],
    [1_000, 6_000],
    [2_000, 8_000],
    [4_000, 12_000],
  ])('that sends every %i ms tells a pick within %i ms, and no spike', (everyMs, withinMs) => {
    const site = siteWith();
    const before = feed(site, [...repeat(500, 20), 20, ...repeat(500, 20)], { everyMs });
    expect(new Set(netGrams(good(before)))).toEqual(new Set([500]));
    const pickedAtMs = START_MS + 41 * everyMs;
    const after = feed(site, repeat(450, 60), { everyMs, fromMs: pickedAtMs });
    const [told] = good(after);
    expect(told).toMatchObject({ netGrams: 450 });
    expect((told?.receivedAtMs ?? 0) - pickedAtMs).toBeLessThanOrEqual(withinMs);
  });

  test('a spike of one sample is not a pick', () => {
    const readings = feed(siteWith(), [...repeat(500, 30), 20, ...repeat(500, 30)], { everyMs: 100 });
    expect(netGrams(readings)).toEqual([500]);
  });

  test('a pick is told once, when the weight rests again, and never half', () => {
    const motion = [480, 430, 520, 410, 455];
    const readings = feed(siteWith(), [...repeat(500, 30), ...motion, ...repeat(450, 30)], { everyMs: 100 });
    expect(netGrams(readings)).toEqual([500, 450]);
  });

  test('a small pick inside the motion band is told too', () => {
    const readings = feed(siteWith(), [...repeat(500, 30), ...repeat(498, 30)], { everyMs: 100 });
    expect(netGrams(readings)).toEqual([500, 498]);
  });

  test('lasting motion is told as unstable, rarely, and never as good', () => {
    const shaken = Array.from({ length: 300 }, (_, index) => 500 + (index % 4 < 2 ? 40 : -40));
    const readings = feed(siteWith(), [...repeat(500, 30), ...shaken], { everyMs: 100 });
    const afterStart = readings.slice(1);
    expect(afterStart.length).toBeGreaterThan(0);
    expect(afterStart.length).toBeLessThanOrEqual(3);
    expect(afterStart.every((reading) => reading.quality === 'unstable')).toBe(true);
  });

  test('an unchanged weight costs one heartbeat in 30 seconds', () => {
    const readings = feed(siteWith(), repeat(500, 1_200), { everyMs: 100 });
    expect(readings).toHaveLength(4); // at 0, 30, 60 and 90 s
  });

  test("a scale's own word that it moves or rests is believed", () => {
    const site = siteWith();
    const moving = site.normalize('device-1', [weight(300, { stability: 'unstable' })], { receivedAtMs: START_MS });
    const resting = site.normalize('device-1', [weight(310, { stability: 'stable' })], {
      receivedAtMs: START_MS + 200,
    });
    expect(moving).toMatchObject([{ quality: 'unstable', stable: false }]);
    expect(resting).toMatchObject([{ quality: 'good', stable: true, netGrams: 310 }]);
  });
});

describe('calibration and ranges', () => {
  const calibration = { version: 7, zero: 8_000, span: 0.01, tareGrams: 20 };

  test('counts become grams by zero, span and tare, and the version goes along', () => {
    const site = siteWith({ calibration });
    const readings = site.normalize('device-1', [{ kind: 'raw', counts: 20_000 }], { receivedAtMs: START_MS });
    expect(readings).toMatchObject([{ netGrams: 100, grossGrams: 120, calibrationVersion: 7, quality: 'good' }]);
  });

  test('counts without a calibration are flagged', () => {
    const readings = siteWith().normalize('device-1', [{ kind: 'raw', counts: 20_000 }], { receivedAtMs: START_MS });
    expect(readings).toMatchObject([{ quality: 'uncalibrated' }]);
    expect(readings[0]).not.toHaveProperty('grossGrams');
  });

  test('a net weight of the scale has no gross weight', () => {
    const readings = siteWith().normalize('device-1', [weight(50, { isNet: true })], { receivedAtMs: START_MS });
    expect(readings[0]).not.toHaveProperty('grossGrams');
  });

  test.each([
    ['overload', 30_001],
    ['underload', -51],
    ['implausible', 2e9],
  ])('%s is flagged', (quality, grams) => {
    const filter = quality === 'implausible' ? {} : { maxGrams: 30_000, minGrams: -50 };
    const readings = siteWith({ filter }).normalize('device-1', [weight(grams)], { receivedAtMs: START_MS });
    expect(readings).toMatchObject([{ quality }]);
  });

  test('what was weighed before an overload is not the weight when the scale falls silent after it', () => {
    const site = siteWith();
    feed(site, [1_000], { everyMs: 1_000 });
    const overload = { kind: 'range', condition: 'overload' } as const;
    expect(site.normalize('device-1', [overload], { receivedAtMs: START_MS + 500 })).toMatchObject([
      { quality: 'overload' },
    ]);
    for (let second = 1; second <= 60; second += 1) expect(site.tick(START_MS + second * 1_000)).toEqual([]);
  });

  test('what was weighed before an overload does not count in the median after it', () => {
    const site = siteWith({ filter: { medianOf: 5 } });
    feed(site, repeat(1_000, 30), { everyMs: 100 });
    site.normalize('device-1', [{ kind: 'range', condition: 'overload' }], { receivedAtMs: START_MS + 3_000 });
    const told = good(feed(site, repeat(100, 40), { everyMs: 100, fromMs: START_MS + 3_100 }));
    // A window of a second that begins with the first sample after it.
    expect(told[0]).toMatchObject({ netGrams: 100, receivedAtMs: START_MS + 4_100 });
  });

  test('a scale that only says overload gives a flagged reading, and recovers', () => {
    const site = siteWith();
    feed(site, [500], { everyMs: 100 });
    const over = site.normalize('device-1', [{ kind: 'range', condition: 'overload' }], {
      receivedAtMs: START_MS + 500,
    });
    expect(over).toMatchObject([{ quality: 'overload', stable: false }]);
    const again = feed(site, repeat(500, 20), { everyMs: 100, fromMs: START_MS + 600 });
    expect(again.at(-1)).toMatchObject({ quality: 'good', netGrams: 500 });
  });
});

describe('a scale that tares itself when it starts', () => {
  const settings: SensorSettingsInput = { filter: { selfTaring: true } };
  const minute = 60_000;

  test('is doubted when it comes back with nothing on it, whatever is put on it then', () => {
    const site = siteWith(settings);
    feed(site, repeat(2_000, 6), { everyMs: minute });
    const back = feed(site, [0, 0, 300, 300], { everyMs: minute, fromMs: START_MS + 40 * minute });
    expect(back.length).toBeGreaterThan(0);
    expect(back.every((reading) => reading.quality === 'uncalibrated')).toBe(true);
  });

  test('is believed again when it shows the old load, and when it is emptied before our eyes', () => {
    const site = siteWith(settings);
    feed(site, repeat(2_000, 6), { everyMs: minute });
    feed(site, [0], { everyMs: minute, fromMs: START_MS + 40 * minute });
    const later = feed(site, [2_001, 0], { everyMs: minute, fromMs: START_MS + 41 * minute });
    expect(later).toMatchObject([
      { netGrams: 2_001, quality: 'good' },
      { netGrams: 0, quality: 'good' },
    ]);
  });
});
