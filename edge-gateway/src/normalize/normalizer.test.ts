import { readingSchema, type Reading } from '@shelfwire/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Sample } from '../decode/sample.ts';
import { createSiteNormalizer, type SiteNormalizer } from './normalizer.ts';
import { sensorSettingsSchema, type SensorSettingsInput } from './settings.ts';

const START_MS = Date.UTC(2026, 10, 22, 8);

function siteWith(settings: SensorSettingsInput = {}): SiteNormalizer {
  return createSiteNormalizer([{ deviceId: 'device-1', sensors: [sensorSettingsSchema.parse(settings)] }]);
}

function weight(grams: number, more: Partial<Extract<Sample, { kind: 'weight' }>> = {}): Sample {
  return { kind: 'weight', grams, stability: 'unknown', ...more };
}

/** Feeds weights at a fixed interval, with a tick a second, and returns every reading. */
function feed(
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

function repeat(value: number, times: number): number[] {
  return Array.from({ length: times }, () => value);
}

function netGrams(readings: readonly Reading[]): number[] {
  return readings.flatMap((reading) => (reading.kind === 'weight' ? [reading.netGrams] : []));
}

function good(readings: readonly Reading[]): Reading[] {
  return readings.filter((reading) => reading.quality === 'good');
}

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

describe('silence and old values', () => {
  test('a silent sensor is told stale once, and good again when it speaks', () => {
    const site = siteWith({ staleAfterMs: 120_000 });
    feed(site, [500], { everyMs: 1_000 });
    const ticks = Array.from({ length: 300 }, (_, second) => site.tick(START_MS + second * 1_000)).flat();
    expect(ticks).toMatchObject([{ quality: 'stale', netGrams: 500, stable: false, receivedAtMs: START_MS + 120_000 }]);
    const back = site.normalize('device-1', [weight(500)], { receivedAtMs: START_MS + 300_000 });
    expect(back).toMatchObject([{ quality: 'good', netGrams: 500 }]);
  });

  test('a retained value is shown as stale, and only before anything live came', () => {
    const site = siteWith();
    const retained = { receivedAtMs: START_MS, retained: true };
    expect(site.normalize('device-1', [weight(1)], retained)).toMatchObject([{ quality: 'stale' }]);
    expect(site.normalize('device-1', [weight(2)], { receivedAtMs: START_MS + 1 })).toMatchObject([
      { quality: 'good' },
    ]);
    expect(site.normalize('device-1', [weight(1)], { ...retained, receivedAtMs: START_MS + 2 })).toEqual([]);
  });

  test('a retained button press is no press', () => {
    const press: Sample = { kind: 'button', action: 'order' };
    const site = siteWith();
    expect(site.normalize('device-1', [press], { receivedAtMs: START_MS, retained: true })).toEqual([]);
    expect(site.normalize('device-1', [press], { receivedAtMs: START_MS })).toHaveLength(1);
    expect(site.normalize('device-1', [press], { receivedAtMs: START_MS + 5_000 })).toHaveLength(1);
  });

  test('history goes out marked and changes nothing live', () => {
    const site = siteWith();
    feed(site, repeat(500, 20), { everyMs: 100 });
    const old = weight(100, { historical: true, observedAtMs: START_MS - 3_600_000 });
    const readings = site.normalize('device-1', [old], { receivedAtMs: START_MS + 2_000 });
    expect(readings).toMatchObject([{ historical: true, netGrams: 100, observedAtMs: START_MS - 3_600_000 }]);
    expect(feed(site, repeat(500, 20), { everyMs: 100, fromMs: START_MS + 2_100 })).toEqual([]);
  });

  test('a message delivered again after a newer one does not set the weight back', () => {
    const site = siteWith();
    const send = (grams: number, observedAtMs: number, receivedAtMs: number) =>
      site.normalize('device-1', [weight(grams, { observedAtMs })], { receivedAtMs });
    send(500, START_MS, START_MS);
    send(400, START_MS + 60_000, START_MS + 60_000);
    expect(send(500, START_MS, START_MS + 61_000)).toMatchObject([{ historical: true }]);
  });
});

describe("steps of the gateway's own clock", () => {
  const HOUR_MS = 3_600_000;

  test.each([
    ['forward', HOUR_MS],
    ['back', -HOUR_MS],
  ])('an hour %s make no sensor stale, no tag leave and no weight move', (_where, stepMs) => {
    const site = createSiteNormalizer([
      { deviceId: 'scale', sensors: [sensorSettingsSchema.parse({ staleAfterMs: 120_000 })] },
      { deviceId: 'reader' },
    ]);
    const readings: Reading[] = [];
    for (let second = 0; second < 240; second += 1) {
      const wallMs = START_MS + second * 1_000 + (second < 120 ? 0 : stepMs);
      readings.push(...site.tick(wallMs));
      readings.push(...site.normalize('scale', [weight(500)], { receivedAtMs: wallMs + 100 }));
      readings.push(...site.normalize('reader', [{ kind: 'tag', epcHex: 'AA' }], { receivedAtMs: wallMs + 200 }));
    }
    const tags = readings.flatMap((reading) => (reading.kind === 'tag' ? [reading.presence] : []));
    expect(tags).toEqual(['arrived']);
    expect(readings.every((reading) => reading.quality === 'good')).toBe(true);
    // A heartbeat every half minute of true time: 0, 30, … 210 s.
    expect(netGrams(readings)).toEqual(repeat(500, 8));
  });

  test('lets a device with a right clock keep its times', () => {
    const site = siteWith();
    const trueMs = (minute: number): number => START_MS + minute * 60_000;
    const readings = Array.from({ length: 10 }, (_, minute) => {
      const wallMs = trueMs(minute) - (minute < 5 ? HOUR_MS : 0);
      return site.normalize('device-1', [weight(500 + minute, { observedAtMs: trueMs(minute) })], {
        receivedAtMs: wallMs,
      });
    }).flat();
    expect(readings.slice(5)).toMatchObject(
      [5, 6, 7, 8, 9].map((minute) => ({
        observedAtMs: trueMs(minute),
        clockQuality: 'device',
        netGrams: 500 + minute,
      })),
    );
  });
});

const anySample: fc.Arbitrary<Sample> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('weight' as const),
      grams: fc.double(),
      stability: fc.constantFrom('stable' as const, 'unstable' as const, 'unknown' as const),
      isNet: fc.boolean(),
      observedAtMs: fc.oneof(fc.double(), fc.integer({ min: START_MS - 100_000, max: START_MS + 100_000 })),
      historical: fc.boolean(),
      sensorId: fc.string(),
    },
    { requiredKeys: ['kind', 'grams', 'stability'] },
  ),
  fc.record({
    kind: fc.constant('range' as const),
    condition: fc.constantFrom('overload' as const, 'underload' as const),
  }),
  fc.record({ kind: fc.constant('raw' as const), counts: fc.double() }),
  fc.record(
    { kind: fc.constant('level' as const), distanceMm: fc.double(), fillRatio: fc.double() },
    { requiredKeys: ['kind'] },
  ),
  fc.record(
    {
      kind: fc.constant('tag' as const),
      epcHex: fc.constantFrom('3034257BF7194E4000001A85', 'e2801160', 'zz', ''),
      antenna: fc.oneof(fc.integer(), fc.double()),
      rssiDbm: fc.double(),
    },
    { requiredKeys: ['kind', 'epcHex'] },
  ),
  fc.record({ kind: fc.constant('count' as const), pieces: fc.double() }),
  fc.record({ kind: fc.constant('button' as const), action: fc.constantFrom('order' as const, 'delivered' as const) }),
  fc.record(
    {
      kind: fc.constant('health' as const),
      batteryRatio: fc.double(),
      batteryVolts: fc.double(),
      linkDbm: fc.double(),
      temperatureC: fc.double(),
    },
    { requiredKeys: ['kind'] },
  ),
);

describe('whatever comes in', () => {
  const frames = fc.array(
    fc.record({
      samples: fc.array(anySample, { maxLength: 4 }),
      receivedAtMs: fc.oneof(
        fc.integer({ min: START_MS, max: START_MS + 1_000_000 }),
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
      ),
      retained: fc.boolean(),
    }),
    { maxLength: 40 },
  );

  test('every reading that leaves is valid by the contract', () => {
    fc.assert(
      fc.property(frames, (sequence) => {
        const site = siteWith({ filter: { maxGrams: 30_000, minGrams: -50 }, zeroTracking: { divisionGrams: 1 } });
        for (const { samples, ...frame } of sequence) {
          const readings = [...site.normalize('device-1', samples, frame), ...site.tick(frame.receivedAtMs + 500)];
          for (const reading of readings) expect(readingSchema.safeParse(reading).error).toBeUndefined();
        }
      }),
    );
  });

  test('every sample is a reading or is counted with its reason', () => {
    fc.assert(
      fc.property(frames, (sequence) => {
        const site = siteWith();
        for (const { samples, ...frame } of sequence) {
          const before = structuredClone(site.counts);
          const readings = site.normalize('device-1', samples, frame);
          const suppressed = sum(site.counts.suppressed) - sum(before.suppressed);
          expect(site.counts.samples - before.samples).toBe(samples.length);
          expect(readings.length + suppressed).toBeGreaterThanOrEqual(samples.length);
          expect(site.counts.readings - before.readings).toBe(readings.length);
        }
      }),
    );
  });
});

function sum(counts: Partial<Record<string, number>>): number {
  return Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0);
}
