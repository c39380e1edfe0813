import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { ZeroTracker } from './zero-tracking.ts';

const DIVISION_GRAMS = 2;

describe('zero tracking', () => {
  test('follows a drift of the empty scale, at most half a division a second', () => {
    const tracker = new ZeroTracker({ divisionGrams: DIVISION_GRAMS });
    tracker.track({ netGrams: 1.5, grossGrams: 1.5 }, true, 0);
    expect(tracker.track({ netGrams: 1.5, grossGrams: 1.5 }, true, 1_000)).toBe(1);
    expect(tracker.offsetGrams).toBe(1);
  });

  test('never touches a loaded or a moving scale', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ netGrams: fc.double({ min: -1e4, max: 1e4, noNaN: true }), settled: fc.boolean() })),
        (weights) => {
          const tracker = new ZeroTracker({ divisionGrams: DIVISION_GRAMS });
          weights.forEach(({ netGrams, settled }, index) => {
            const moved = tracker.track({ netGrams, grossGrams: netGrams }, settled, index * 1_000);
            if (!settled || Math.abs(netGrams) > DIVISION_GRAMS) expect(moved).toBe(0);
            expect(Math.abs(moved)).toBeLessThanOrEqual(0.5 * DIVISION_GRAMS);
          });
        },
      ),
    );
  });

  test('a load of parts put on while empty is not tared away', () => {
    const tracker = new ZeroTracker({ divisionGrams: DIVISION_GRAMS });
    tracker.track({ netGrams: 0, grossGrams: 0 }, true, 0);
    for (let second = 1; second < 100; second += 1) {
      tracker.track({ netGrams: 12 - tracker.offsetGrams, grossGrams: 12 - tracker.offsetGrams }, true, second * 1_000);
    }
    expect(tracker.offsetGrams).toBe(0);
  });

  test('gives back no more than its bound, however long it drifts', () => {
    const tracker = new ZeroTracker({ divisionGrams: DIVISION_GRAMS, correctionMaxGrams: 5 });
    for (let second = 0; second < 3_600; second += 1) {
      const driftedGrams = second * 0.01;
      const grams = driftedGrams - tracker.offsetGrams;
      tracker.track({ netGrams: grams, grossGrams: grams }, true, second * 1_000);
    }
    expect(tracker.offsetGrams).toBe(5);
  });

  test('a tared container counts as empty too', () => {
    const tracker = new ZeroTracker({ divisionGrams: DIVISION_GRAMS });
    tracker.track({ netGrams: 0.4, grossGrams: 200.4 }, true, 0);
    expect(tracker.track({ netGrams: 0.4, grossGrams: 200.4 }, true, 1_000)).toBeCloseTo(0.4);
  });
});
