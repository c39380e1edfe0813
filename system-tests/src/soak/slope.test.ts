import { expect, test } from 'vitest';

import { floorOf, secondHalf, slopePerHour } from './slope.ts';

test('a value that grows by three an hour has a slope of three, whatever jumps about it', () => {
  const samples = Array.from({ length: 120 }, (_, minute) => {
    return { atHours: minute / 60, value: 100 + (3 * minute) / 60 + (minute % 2 === 0 ? 1 : -1) };
  });
  expect(slopePerHour(samples)).toBeCloseTo(3, 1);
});

test('one sample has no slope', () => {
  expect(slopePerHour([{ atHours: 1, value: 7 }])).toBe(0);
  expect(slopePerHour([])).toBe(0);
});

test('a saw tooth has a flat floor, and a leak below it shows', () => {
  const sawTooth = (leakPerHour: number) =>
    Array.from({ length: 120 }, (_, half) => {
      return { atHours: half / 120, value: 50 + (half % 10) * 4 + (leakPerHour * half) / 120 };
    });
  expect(slopePerHour(floorOf(sawTooth(0), 1 / 12))).toBeCloseTo(0);
  expect(slopePerHour(floorOf(sawTooth(9), 1 / 12))).toBeCloseTo(9);
});

test('what grew only while it warmed up does not grow in the second half', () => {
  const samples = Array.from({ length: 60 }, (_, minute) => ({ atHours: minute / 60, value: Math.min(minute, 20) }));
  expect(slopePerHour(samples)).toBeGreaterThan(5);
  expect(slopePerHour(secondHalf(samples))).toBe(0);
});
