import { describe, expect, test } from 'vitest';

import { measureTags } from './tags.ts';
import { measureWeight } from './weight.ts';

// A smaller run of what docs/detection-quality.md shows, so that a filter that got worse is noticed.
describe('picks of one piece', () => {
  test.each([
    { name: '10 Hz', everyMs: 100, noisePieces: 0.1 },
    { name: '10 Hz', everyMs: 100, noisePieces: 0.2 },
    { name: '1 Hz', everyMs: 1_000, noisePieces: 0.1 },
  ])('are all found, and none invented, at $name with a noise of $noisePieces pieces', (scale) => {
    const settings = { filter: { stableWithinGrams: 8 * scale.noisePieces * 20 } };
    const score = measureWeight({ ...scale, settings }, { picks: 150, seed: 7 });
    expect(score).toMatchObject({ picks: 150, found: 150, missed: 0, invented: 0 });
    expect(score.readingsPerHour).toBeLessThan(400);
  });
});

describe('arrivals and departures of tags', () => {
  test.each([0.95, 0.8, 0.6])('are told right at a read rate of %d', (readRate) => {
    const score = measureTags({ name: '', readRate, leftAfterMs: 10_000 }, { moves: 300, seed: 7 });
    expect(score).toMatchObject({ missed: 0, invented: 0 });
    expect(score.leftDelayP99Ms).toBeLessThan(30_000);
  });
});
