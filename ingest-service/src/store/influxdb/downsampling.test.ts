import fc from 'fast-check';
import { expect, test } from 'vitest';

import { HourTotals } from './downsampling.ts';
import { SliceLength } from './slice-length.ts';

const NO_FIELD = Array<null>(5).fill(null);
const tags = { tenantId: 't', siteId: 's', deviceId: 'd', sensorId: '' };

function answer(readings: readonly (readonly [atMs: number, netGrams: number])[]) {
  return { tags, values: readings.map(([atMs, netGrams]) => [atMs, netGrams, ...NO_FIELD]) };
}

test('an hour from slices is the hour asked as a whole, wherever it is cut', () => {
  const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(values, fc.array(fc.nat(49), { maxLength: 5 }), (numbers, cuts) => {
      const readings = numbers.map((value, index) => [index * index, value] as const);
      const whole = new HourTotals('reading');
      whole.add(answer(readings));
      const sliced = new HourTotals('reading');
      const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < readings.length), readings.length])];
      let from = 0;
      for (const to of ends.sort((a, b) => a - b)) {
        sliced.add(answer(readings.slice(from, to)));
        from = to;
      }
      expect(sliced.lines(3_600_000)).toEqual(whole.lines(3_600_000));
    }),
  );
});

test('a series without values in a slice adds nothing, and without any makes no line', () => {
  const totals = new HourTotals('reading');
  totals.add({ tags, values: [[0, null, ...NO_FIELD]] });
  expect(totals.lines(0)).toEqual([]);
  totals.add(
    answer([
      [1_000, 4],
      [4_000, 2],
    ]),
  );
  totals.add({ tags, values: [[5_000, null, ...NO_FIELD]] });
  totals.add(answer([[5_000, 2]]));
  expect(totals.lines(7)).toEqual([
    'reading_hourly,deviceId=d,siteId=s,tenantId=t netGrams_count=3,netGrams_sum=8,netGrams_min=2,netGrams_max=4,netGrams_last=2,' +
      'netGrams_firstAtMs=1000,netGrams_lastAtMs=5000,netGrams_integral=14000,netGrams_gapMaxMs=3000 7000000',
  ]);
});

test('slices get shorter while answers take long or have many rows, to a quarter of a minute, and longer again', () => {
  const slice = new SliceLength();
  expect(slice.ms).toBe(60_000);
  slice.took(10_000, 0);
  slice.took(1_000, 10);
  expect(slice.ms).toBe(30_000);
  for (let time = 0; time < 20; time++) slice.took(10, 1_000_000);
  expect(slice.ms).toBe(15_000);
  for (let time = 0; time < 20; time++) slice.took(10, 10);
  expect(slice.ms).toBe(3_600_000);
});
