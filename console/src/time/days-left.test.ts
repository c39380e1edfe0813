import { expect, test } from 'vitest';

import { describeDaysLeft, endOfDay } from './days-left';

const NOW_MS = new Date(2027, 2, 15, 14, 30).getTime();
const at = (month: number, day: number, hour = 0): number => new Date(2027, month, day, hour).getTime();

test.each([
  [at(2, 15, 23), 'today'],
  [at(2, 16), 'tomorrow'],
  [at(2, 14, 23), 'yesterday'],
  // Over a change of the clock, in whichever zone this runs.
  [at(3, 14, 12), 'in 30 days'],
  [at(1, 13), '30 days ago'],
])('%i reads "%s"', (atMs, words) => {
  expect(describeDaysLeft(atMs, NOW_MS)).toBe(words);
});

test('a lot may be used until the end of the day on its label', () => {
  expect(endOfDay('2027-03-31')).toBe(Date.UTC(2027, 3, 1));
  expect(endOfDay('')).toBeUndefined();
});
