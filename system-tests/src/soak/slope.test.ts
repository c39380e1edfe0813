import { expect, test } from 'vitest';

import { slopePerHour } from './slope.ts';

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
