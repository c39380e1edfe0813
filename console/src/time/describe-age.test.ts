import { expect, test } from 'vitest';

import { describeAge } from './describe-age';

const NOW_MS = 1_763_800_000_000;

test.each([
  [-5_000, 'just now'],
  [1_999, 'just now'],
  [2_000, '2 s ago'],
  [59_999, '59 s ago'],
  [60_000, '1 min ago'],
  [3_599_999, '59 min ago'],
  [2 * 3_600_000 + 5 * 60_000, '2 h 05 min ago'],
  [86_400_000, '1 day ago'],
  [9 * 86_400_000, '9 days ago'],
])('an age of %i ms reads "%s"', (ageMs, text) => {
  expect(describeAge(NOW_MS - ageMs, NOW_MS)).toBe(text);
});
