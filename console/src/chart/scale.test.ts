import fc from 'fast-check';
import { expect, test } from 'vitest';

import { niceTicks, timeTicks } from './scale';

test.each([
  [0, 60, 4, [0, 20, 40, 60]],
  [0, 1, 4, [0, 0.5, 1]],
  [-3, 12, 5, [-5, 0, 5, 10, 15]],
  [7, 7, 4, [6, 8]],
])('the ticks of %f to %f are round', (min, max, count, ticks) => {
  expect(niceTicks(min, max, count)).toEqual(ticks);
});

test('ticks always enclose the values and are few', () => {
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(value, value, (a, b) => {
      const [min, max] = [Math.min(a, b), Math.max(a, b)];
      fc.pre(max - min > 1e-6);
      const ticks = niceTicks(min, max, 5);
      const tolerance = (max - min) * 1e-6;
      expect(ticks[0]).toBeLessThanOrEqual(min + tolerance);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max - tolerance);
      expect(ticks.length).toBeLessThanOrEqual(7);
    }),
  );
});

test('times stand at whole hours', () => {
  const fromMs = Date.UTC(2026, 10, 22, 9, 17);
  for (const atMs of timeTicks(fromMs, fromMs + 6 * 3_600_000, 6)) expect(new Date(atMs).getMinutes()).toBe(0);
});
