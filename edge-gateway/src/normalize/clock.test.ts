import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DeviceClock, SteadyTime } from './clock.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 8);
const HOUR_MS = 3_600_000;

describe("a device's clock", () => {
  test('near the gateway’s is taken as it is', () => {
    const stamp = new DeviceClock('device').stamp({ observedAtMs: NOW_MS - 800 }, NOW_MS);
    expect(stamp).toEqual({ observedAtMs: NOW_MS - 800, receivedAtMs: NOW_MS, clockQuality: 'device' });
  });

  test.each([
    ['in 1970', 12_345],
    ['in 1970, in seconds', 86_400],
    ['in 2019', Date.UTC(2019, 5, 1)],
    ['in the next century', Date.UTC(2101, 0, 1)],
    ['two years ahead', NOW_MS + 2 * 366 * 24 * HOUR_MS],
    ['not a number', Number.NaN],
  ])('%s is not used', (_when, observedAtMs) => {
    expect(new DeviceClock('device').stamp({ observedAtMs }, NOW_MS)).toEqual({
      receivedAtMs: NOW_MS,
      clockQuality: 'gateway',
    });
  });

  test('is not used where the settings say so', () => {
    const stamp = new DeviceClock('gateway').stamp({ observedAtMs: NOW_MS }, NOW_MS);
    expect(stamp).toEqual({ receivedAtMs: NOW_MS, clockQuality: 'gateway' });
  });

  test('steadily an hour off is shifted by its offset, and keeps the distances between samples', () => {
    const clock = new DeviceClock('device');
    for (let minute = 0; minute < 10; minute += 1) {
      const trueMs = NOW_MS + minute * 60_000;
      const stamp = clock.stamp({ observedAtMs: trueMs - HOUR_MS }, trueMs + 50);
      expect(stamp).toMatchObject({ clockQuality: 'corrected', observedAtMs: trueMs + 50 });
      expect(stamp.historical).toBeUndefined();
    }
  });

  test('that is right stays right while a backlog is delivered, and the backlog is history', () => {
    const clock = new DeviceClock('device');
    clock.stamp({ observedAtMs: NOW_MS }, NOW_MS + 100);
    const backAtMs = NOW_MS + 2 * HOUR_MS;
    const kept = [1, 2, 3, 4].map((minute) =>
      clock.stamp({ observedAtMs: NOW_MS + minute * 60_000 }, backAtMs + minute * 10),
    );
    expect(kept.every((stamp) => stamp.historical === true && stamp.clockQuality === 'device')).toBe(true);
    expect(clock.stamp({ observedAtMs: backAtMs }, backAtMs + 100)).toEqual({
      observedAtMs: backAtMs,
      receivedAtMs: backAtMs + 100,
      clockQuality: 'device',
    });
  });

  test('that steps back is followed after three samples', () => {
    const clock = new DeviceClock('device');
    const stamps = Array.from({ length: 12 }, (_, minute) => {
      const atMs = NOW_MS + minute * 60_000;
      return clock.stamp({ observedAtMs: minute < 6 ? atMs : atMs - HOUR_MS }, atMs);
    });
    expect(stamps.slice(8).every((stamp) => stamp.clockQuality === 'corrected' && !stamp.historical)).toBe(true);
  });

  test('that stands still is not used: each sample is of when it came', () => {
    const clock = new DeviceClock('device');
    const stamps = [0, 1, 10, 20].map((minute) =>
      clock.stamp({ observedAtMs: NOW_MS - 5 * HOUR_MS }, NOW_MS + minute * 60_000),
    );
    expect(stamps[0]).toMatchObject({ observedAtMs: NOW_MS, clockQuality: 'corrected' });
    expect(stamps.slice(1)).toEqual(
      [1, 10, 20].map((minute) => ({ receivedAtMs: NOW_MS + minute * 60_000, clockQuality: 'gateway' })),
    );
  });

  test('history keeps its time; without a usable one it is marked as undated', () => {
    const clock = new DeviceClock('device');
    const dated = clock.stamp({ observedAtMs: NOW_MS - 30 * 24 * HOUR_MS, historical: true }, NOW_MS);
    expect(dated).toMatchObject({ observedAtMs: NOW_MS - 30 * 24 * HOUR_MS, historical: true });
    expect(clock.stamp({ historical: true }, NOW_MS)).toMatchObject({ historical: true, undated: true });
    expect(clock.stamp({ observedAtMs: NOW_MS + HOUR_MS, historical: true }, NOW_MS)).toMatchObject({ undated: true });
  });

  test('that is an hour behind tells its history an hour late: that is put right too', () => {
    const clock = new DeviceClock('device');
    clock.stamp({ observedAtMs: NOW_MS - HOUR_MS }, NOW_MS);
    expect(clock.stamp({ observedAtMs: NOW_MS - 3 * HOUR_MS, historical: true }, NOW_MS + 1)).toEqual({
      observedAtMs: NOW_MS - 2 * HOUR_MS,
      receivedAtMs: NOW_MS + 1,
      clockQuality: 'corrected',
      historical: true,
    });
  });

  test('is believed when the gateway itself booted in 1970', () => {
    const stamp = new DeviceClock('device').stamp({ observedAtMs: NOW_MS }, 5_000);
    expect(stamp).toMatchObject({ observedAtMs: NOW_MS, clockQuality: 'device' });
  });
});

describe('the steady time', () => {
  test('never goes back, whatever the wall clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 4e12 }))), (steps) => {
        const time = new SteadyTime();
        let before = 0;
        for (const [isTick, wallMs] of steps) {
          const { steadyMs } = isTick ? time.tick(wallMs) : time.advance(wallMs);
          expect(steadyMs).toBeGreaterThanOrEqual(before);
          before = steadyMs;
        }
      }),
    );
  });

  test.each([
    ['an hour forward', HOUR_MS],
    ['an hour back', -HOUR_MS],
    ['from 1970 to now', NOW_MS],
  ])('does not pass by a step of %s', (_what, stepMs) => {
    const time = new SteadyTime();
    const fromMs = stepMs === NOW_MS ? 1_000 : NOW_MS;
    for (let second = 0; second <= 10; second += 1) time.tick(fromMs + second * 1_000);
    expect(time.tick(fromMs + 11_000 + stepMs)).toEqual({ steadyMs: 10_000, stepped: true });
    expect(time.tick(fromMs + 12_000 + stepMs)).toEqual({ steadyMs: 11_000, stepped: false });
  });

  test('passes between samples that come once an hour', () => {
    const time = new SteadyTime();
    time.advance(NOW_MS);
    expect(time.advance(NOW_MS + HOUR_MS).steadyMs).toBe(HOUR_MS);
  });
});
