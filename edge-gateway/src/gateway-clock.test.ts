import { expect, test } from 'vitest';

import { GatewayClock } from './gateway-clock.ts';

const DAY_MS = 86_400_000;

function clockAt(wallMs: number) {
  const time = { wallMs, steadyMs: 5_000 };
  const clock = new GatewayClock({ wallNow: () => time.wallMs, steadyNow: () => time.steadyMs });
  const pass = (durationMs: number): void => {
    time.wallMs += durationMs;
    time.steadyMs += durationMs;
  };
  return { time, clock, pass };
}

test('follows the wall clock through corrections of an hour in both directions', () => {
  const { time, clock } = clockAt(Date.UTC(2026, 10, 22, 12));
  clock.notBefore(time.wallMs);
  for (const stepMs of [3_600_000, -3_600_000, -3_600_000]) {
    time.wallMs += stepMs;
    expect(clock.now()).toBe(time.wallMs);
  }
});

test('a board that boots in 1970 goes on from the newest reading on its disk until the clock is set', () => {
  const { time, clock, pass } = clockAt(7_000);
  const newestMs = Date.UTC(2026, 10, 22, 12);
  clock.notBefore(newestMs);
  pass(60_000);
  expect(clock.now()).toBe(newestMs + 60_000);
  time.wallMs = newestMs + 3 * DAY_MS;
  expect(clock.now()).toBe(time.wallMs);
});

test('without any reading a clock in 1970 counts from when the software was built, which the contract accepts', () => {
  const { clock, pass } = clockAt(0);
  pass(1_500);
  expect(clock.now()).toBe(Date.UTC(2026, 0, 1) + 1_500);
});

test('a reading from a clock that once ran years ahead does not make the right time unbelievable', () => {
  const { time, clock } = clockAt(Date.UTC(2026, 10, 22, 12));
  clock.notBefore(Date.UTC(2031, 0, 1));
  expect(clock.now()).toBe(time.wallMs);
});
