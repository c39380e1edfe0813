import type { Reading } from '@shelfwire/contract';
import { describe, expect, test } from 'vitest';

import type { Sample } from '../decode/sample.ts';
import { createSiteNormalizer } from './normalizer.ts';
import { sensorSettingsSchema } from './settings.ts';
import { feed, netGrams, repeat, siteWith, START_MS, weight } from './test-feed.ts';

describe('silence and old values', () => {
  test('a silent sensor is told stale once, and good again when it speaks', () => {
    const site = siteWith({ staleAfterMs: 120_000 });
    feed(site, [500], { everyMs: 1_000 });
    const ticks = Array.from({ length: 300 }, (_, second) => site.tick(START_MS + second * 1_000)).flat();
    expect(ticks).toMatchObject([{ quality: 'stale', netGrams: 500, stable: false, receivedAtMs: START_MS + 120_000 }]);
    const back = site.normalize('device-1', [weight(500)], { receivedAtMs: START_MS + 300_000 });
    expect(back).toMatchObject([{ quality: 'good', netGrams: 500 }]);
  });

  test('an unchanged weight that comes back after a silence is told at once, not with the next heartbeat', () => {
    const site = siteWith({ staleAfterMs: 120_000, report: { heartbeatMs: 3_600_000 } });
    feed(site, [500], { everyMs: 1_000 });
    expect(site.tick(START_MS + 120_000)).toMatchObject([{ quality: 'stale' }]);
    const back = site.normalize('device-1', [weight(500)], { receivedAtMs: START_MS + 130_000 });
    expect(back).toMatchObject([{ quality: 'good', netGrams: 500 }]);
  });

  test('a retained value that comes again with each connection is told rarely', () => {
    const site = siteWith();
    const connectedAt = (afterMs: number) =>
      site.normalize('device-1', [weight(1)], { receivedAtMs: START_MS + afterMs, retained: true });
    expect(connectedAt(0)).toHaveLength(1);
    expect(connectedAt(1_000)).toEqual([]);
  });

  test('what may still be a spike is unsettled until the next sample, and the noise of a resting scale is not', () => {
    const site = siteWith();
    feed(site, repeat(500, 30), { everyMs: 100 });
    const say = (grams: number, afterMs: number): boolean => {
      site.normalize('device-1', [weight(grams)], { receivedAtMs: START_MS + afterMs });
      return site.isSettling('device-1');
    };
    expect(say(500.1, 3_000)).toBe(false);
    // The median still says 500: if the device falls silent now, 100 was its last word.
    expect(say(100, 3_100)).toBe(true);
    expect(say(500, 3_200)).toBe(false);
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
