import { describe, expect, test } from 'vitest';

import { StabilityDetector, type MotionState } from './stability.ts';
import { vibrationBand } from './vibration.ts';

const LIMITS = { bandGrams: 4, swingMaxGrams: 25 };

function swing(seconds: number, gramsAt: (second: number) => number): number[] {
  return Array.from({ length: seconds * 10 }, (_, index) => gramsAt(index / 10));
}

function shaken(meanGrams: number, amplitudeGrams: number): (second: number) => number {
  return (second) => meanGrams + amplitudeGrams * Math.sin(2 * Math.PI * 7.3 * second);
}

describe('vibration', () => {
  test('is a swing that goes on about a mean that stays', () => {
    expect(vibrationBand(swing(8, shaken(500, 10)), LIMITS)).toBeCloseTo(25, 0);
  });

  test.each([
    ['stronger than the limit', swing(8, shaken(500, 30))],
    ['a hand that comes and goes', swing(8, (second) => (second > 3 && second < 5 ? shaken(500, 20)(second) : 500))],
    ['a bin that is being filled', swing(8, (second) => shaken(500, 5)(second) + second * 6)],
    ['too short', swing(2, shaken(500, 10))],
  ])('is not what is %s', (_what, values) => {
    expect(vibrationBand(values, LIMITS)).toBeUndefined();
  });

  test('is averaged out after some seconds, and forgotten when the machine stops', () => {
    const detector = new StabilityDetector({ stableWithinGrams: 4, stableForMs: 1_000, vibrationGrams: 25 });
    const push = (values: readonly number[], fromSecond: number): MotionState | undefined =>
      values.map((value, index) => detector.push(value, fromSecond * 1_000 + index * 100)).at(-1);
    const calm = (): number => 500;
    push(swing(5, calm), 0);
    expect(push(swing(3, shaken(500, 10)), 5)).toMatchObject({ settled: false });
    const running = push(swing(10, shaken(500, 10)), 8);
    expect(running).toMatchObject({ settled: true });
    expect(running?.settled && Math.abs(running.value - 500)).toBeLessThan(1);
    push(swing(10, calm), 18);
    // Narrow again: a step of two bands is motion at once, not a swing.
    expect(detector.push(508, 28_000)).toMatchObject({ settled: false });
  });

  test('is believed after seven windows, no sooner: a hand may shake a bin for some seconds', () => {
    const detector = new StabilityDetector({ stableWithinGrams: 4, stableForMs: 1_000, vibrationGrams: 25 });
    const shaking = shaken(500, 10);
    const settledAtMs = Array.from({ length: 100 }, (_, index) => index * 100).find(
      (atMs) => detector.push(shaking(atMs / 1_000), atMs).settled,
    );
    expect(settledAtMs).toBe(7_000);
  });
});
