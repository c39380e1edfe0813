import { describe, expect, test } from 'vitest';

import { bandPath, linePaths, nearestIndex } from './paths';

const drawing = { x: (atMs: number) => atMs, y: (value: number) => 100 - value, baseline: 100, endX: 50 } as const;

describe('the line of a chart', () => {
  test('breaks at a gap', () => {
    const paths = linePaths(
      [
        [0, 1],
        [10, 2],
        [20, null],
        [30, 3],
      ],
      { ...drawing, shape: 'line' },
    );
    expect(paths.map(({ line }) => line)).toEqual(['M0 99L10 98', 'M30 97']);
  });

  test('of levels holds until the next change, and the last one until now', () => {
    const [path] = linePaths(
      [
        [0, 1],
        [10, 5],
      ],
      { ...drawing, shape: 'steps' },
    );
    expect(path?.line).toBe('M0 99H10V95H50');
    expect(path?.area).toBe('M0 99H10V95H50V100H0Z');
  });
});

test('the band goes there along the top and back along the bottom', () => {
  const band = [
    { atMs: 0, low: 10, high: 10 },
    { atMs: 10, low: 5, high: 9 },
  ];
  expect(bandPath(band, drawing)).toBe('M0 90L10 91L10 95L0 90Z');
});

test('the nearest point is told, and none where there is none', () => {
  expect(
    nearestIndex(
      [
        [0, 1],
        [10, 2],
        [30, 3],
      ],
      18,
    ),
  ).toBe(1);
  expect(nearestIndex([], 18)).toBeNull();
});
