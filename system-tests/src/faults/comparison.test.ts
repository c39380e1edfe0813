import { expect, test } from 'vitest';

import { compareSeries } from './comparison.ts';
import { planKills, VICTIMS } from './plan.ts';

const clean = { matched: 0, missing: 0, duplicate: 0, misordered: 0, unacknowledged: 0, foreign: 0 };
const sent = (value: number, acknowledged = true, sends = 1) => ({ value, acknowledged, sends });

test('what was sent and found once each matches', () => {
  expect(compareSeries([sent(1), sent(2)], [1, 2])).toEqual({ ...clean, matched: 2 });
});

test('an acknowledged message that is not found is missing; one without PUBACK may be', () => {
  expect(compareSeries([sent(1), sent(2, false), sent(3)], [1])).toEqual({ ...clean, matched: 1, missing: 1 });
});

test('twice found is a duplicate, unless the device itself sent it twice', () => {
  expect(compareSeries([sent(1)], [1, 1])).toEqual({ ...clean, matched: 1, duplicate: 1 });
  expect(compareSeries([sent(1, true, 2)], [1, 1])).toEqual({ ...clean, matched: 1 });
});

test('a value after a greater one is misordered, one that nobody sent is foreign', () => {
  expect(compareSeries([sent(1), sent(2)], [2, 1])).toEqual({ ...clean, matched: 2, misordered: 1 });
  expect(compareSeries([sent(1)], [1, 9])).toEqual({ ...clean, matched: 1, foreign: 1 });
});

test('a plan of a minute kills every process, and the same seed gives the same plan', () => {
  const plan = planKills(7, 60_000);
  expect(new Set(plan.map((kill) => kill.victim))).toEqual(new Set(VICTIMS));
  expect(planKills(7, 60_000)).toEqual(plan);
  expect(planKills(8, 60_000)).not.toEqual(plan);
});
