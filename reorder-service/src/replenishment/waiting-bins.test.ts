import { expect, test } from 'vitest';

import { WaitingBins } from './waiting-bins.ts';

const HALL = { tenantId: 't', siteId: 'hall' };
const YARD = { tenantId: 't', siteId: 'yard' };

test('a shelf that runs low goes before a thousand bins of a sweep', () => {
  const waiting = new WaitingBins();
  waiting.add(
    HALL,
    Array.from({ length: 1_000 }, (_, i) => `swept-${i}`),
    'later',
  );
  expect(waiting.take(100)?.binIds).toHaveLength(100);
  waiting.add(HALL, ['low'], 'now');
  expect(waiting.take(100)).toEqual({ site: HALL, binIds: ['low'], urgency: 'now' });
  expect(waiting.take(100)?.binIds[0]).toBe('swept-100');
});

test('a bin is decided about once, at the moment that is sooner', () => {
  const waiting = new WaitingBins();
  waiting.add(HALL, ['a', 'b'], 'later');
  waiting.add(HALL, ['b', 'b'], 'now');
  expect(waiting.take(10)?.binIds).toEqual(['b']);
  expect(waiting.take(10)?.binIds).toEqual(['a']);
  expect(waiting.take(10)).toBeUndefined();
});

test('a large site does not keep a small one from its turn', () => {
  const waiting = new WaitingBins();
  waiting.add(HALL, ['a', 'b', 'c'], 'now');
  waiting.add(YARD, ['z'], 'now');
  const sites = Array.from({ length: 4 }, () => waiting.take(1)?.site.siteId);
  expect(sites).toEqual(['hall', 'yard', 'hall', 'hall']);
});

test('what is low goes before five thousand scales that speak for the first time', () => {
  const waiting = new WaitingBins();
  waiting.add(
    HALL,
    Array.from({ length: 5_000 }, (_, i) => `new-${i}`),
    'now',
  );
  waiting.add(HALL, ['low', 'new-4999'], 'first');
  expect(waiting.take(100)).toEqual({ site: HALL, binIds: ['low', 'new-4999'], urgency: 'first' });
  expect(waiting.take(5_000)?.binIds).toHaveLength(4_999);
});

test('a bin that waits keeps its place when something less urgent touches it', () => {
  const waiting = new WaitingBins();
  waiting.add(HALL, ['low'], 'first');
  waiting.add(HALL, ['low', 'news'], 'now');
  waiting.add(HALL, ['news'], 'later');
  expect(waiting.take(10)).toEqual({ site: HALL, binIds: ['low'], urgency: 'first' });
  expect(waiting.take(10)).toEqual({ site: HALL, binIds: ['news'], urgency: 'now' });
  expect(waiting.take(10)).toBeUndefined();
});
