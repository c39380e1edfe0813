import fc from 'fast-check';
import { expect, test } from 'vitest';

import { HourTotals } from './downsampling.ts';
import { SliceLength } from './slice-length.ts';

const NO_FIELD = Array<null>(25).fill(null);
const tags = { tenantId: 't', siteId: 's', deviceId: 'd', sensorId: '' };

function answer(values: readonly number[]) {
  const sum = values.reduce((total, value) => total + value, 0);
  const row = [0, values.length, sum, Math.min(...values), Math.max(...values), values.at(-1) ?? null, ...NO_FIELD];
  return { tags, values: [row] };
}

test('an hour from slices is the hour asked as a whole, wherever it is cut', () => {
  const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(values, fc.array(fc.nat(49), { maxLength: 5 }), (readings, cuts) => {
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
  totals.add({ tags, values: [[0, 0, null, null, null, null, ...NO_FIELD]] });
  expect(totals.lines(0)).toEqual([]);
  totals.add(answer([4, 2]));
  totals.add({ tags, values: [[0, 0, null, null, null, null, ...NO_FIELD]] });
  expect(totals.lines(7)).toEqual([
    'reading_hourly,deviceId=d,siteId=s,tenantId=t netGrams_count=2,netGrams_sum=6,netGrams_min=2,netGrams_max=4,netGrams_last=2 7000000',
  ]);
});

test('slices get shorter while answers take long, to a quarter of a minute, and longer again', () => {
  const slice = new SliceLength();
  expect(slice.ms).toBe(3_600_000);
  slice.took(10_000);
  slice.took(1_000);
  expect(slice.ms).toBe(1_800_000);
  for (let time = 0; time < 20; time++) slice.took(10_000);
  expect(slice.ms).toBe(15_000);
  for (let time = 0; time < 20; time++) slice.took(10);
  expect(slice.ms).toBe(3_600_000);
});
