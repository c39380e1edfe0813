import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { StabilityDetector, type MotionState } from './stability.ts';

const SETTINGS = { stableWithinGrams: 4, stableForMs: 1_000 };

function push(detector: StabilityDetector, values: readonly number[], fromMs = 0, everyMs = 100): MotionState[] {
  return values.map((value, index) => detector.push(value, fromMs + index * everyMs));
}

function repeat(value: number, times: number): number[] {
  return Array.from({ length: times }, () => value);
}

describe('the motion band', () => {
  test('settles after a second inside the band, at the mean', () => {
    const states = push(new StabilityDetector(SETTINGS), [99, 101, 99, 101, 99, 101, 99, 101, 99, 101, 100]);
    expect(states.slice(0, 10).every((state) => !state.settled)).toBe(true);
    expect(states[10]).toMatchObject({ settled: true, value: 1100 / 11 });
  });

  test('is left only by more than one and a half bands: no flapping at its edge', () => {
    const detector = new StabilityDetector(SETTINGS);
    push(detector, repeat(100, 12));
    expect(detector.push(105.9, 1_200).settled).toBe(true);
    expect(detector.push(106.1, 1_300).settled).toBe(false);
  });

  test('whatever comes, a settled value lies within what was weighed in its window', () => {
    const steps = fc.array(fc.tuple(fc.double({ min: -500, max: 500, noNaN: true }), fc.integer({ min: 1, max: 40 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 20, max: 700 }), (levels, everyMs) => {
        const detector = new StabilityDetector(SETTINGS);
        const weights = levels.flatMap(([level, times]) => repeat(level, times));
        push(detector, weights, 0, everyMs).forEach((state, index) => {
          if (!state.settled) return;
          const seen = weights.slice(0, index + 1);
          const tolerance = SETTINGS.stableWithinGrams * 1.5 + 1e-9;
          expect(seen.some((weight) => Math.abs(weight - state.value) <= tolerance)).toBe(true);
          expect(Math.abs((weights[index] ?? 0) - state.value)).toBeLessThanOrEqual(tolerance);
        });
      }),
    );
  });

  test('what has settled moves with a zero that was corrected, and is no step after it', () => {
    const detector = new StabilityDetector(SETTINGS);
    push(detector, repeat(100, 12));
    detector.shift(-5);
    expect(detector.state).toMatchObject({ settled: true, value: 95 });
    expect(detector.push(95, 1_200)).toMatchObject({ settled: true, value: 95 });
  });

  test('remembers no more than it needs, however fast the scale', () => {
    const detector = new StabilityDetector(SETTINGS);
    const states = push(detector, repeat(100, 20_000), 0, 0.5);
    expect(states.at(-1)).toMatchObject({ settled: true, value: 100 });
  });
});
