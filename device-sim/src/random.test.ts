import { expect, test } from 'vitest';

import { Random } from './random.ts';

test('the same key gives the same numbers, another key others', () => {
  const draw = (key: string): number[] => {
    const random = new Random(key);
    return Array.from({ length: 20 }, () => random.unit());
  };
  expect(draw('a')).toEqual(draw('a'));
  expect(draw('a')).not.toEqual(draw('b'));
  expect(draw('scale-1/sample/1')).not.toEqual(draw('scale-1/sample/2'));
});

test('first numbers of neighbouring keys are spread evenly', () => {
  const firsts = Array.from({ length: 20_000 }, (_, index) => new Random(`seed/sample/${index}`).unit());
  for (let bucket = 0; bucket < 10; bucket += 1) {
    const count = firsts.filter((value) => value >= bucket / 10 && value < (bucket + 1) / 10).length;
    expect(count).toBeGreaterThan(1_800);
    expect(count).toBeLessThan(2_200);
  }
});

test('normal numbers have the mean and the deviation that were asked for', () => {
  const random = new Random('normal');
  const values = Array.from({ length: 50_000 }, () => random.normal(12.5, 0.4));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  expect(mean).toBeCloseTo(12.5, 1);
  expect(deviation).toBeCloseTo(0.4, 1);
});
