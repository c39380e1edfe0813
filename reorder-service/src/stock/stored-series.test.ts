import { expect, test } from 'vitest';

import { fromStoredSeries, toStoredSeries } from './stored-series.ts';

test('what is stored of a series is read back as it was', () => {
  for (const each of [{ series: 'scale-01/1' }, { series: 'button-1', announced: true }, { series: '#count' }]) {
    expect(fromStoredSeries(toStoredSeries(each))).toEqual(each);
  }
});
