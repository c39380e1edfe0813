import { expect, test } from 'vitest';

import { fromStoredSeries, toStoredSeries } from './stored-series.ts';

test('what is stored of a series is read back as it was', () => {
  const stored: Parameters<typeof toStoredSeries>[0][] = [
    { series: 'scale-01/1', sole: 'series' },
    { series: 'button-1', announced: true, sole: 'device' },
    { series: 'E280' },
    { series: '#count' },
    { series: 'scale-01', doubt: true, rank: 0 },
    { series: 'E280', rank: 12, sole: 'device' },
  ];
  for (const each of stored) {
    expect(fromStoredSeries(toStoredSeries(each))).toEqual(each);
  }
});
