import { expect, test } from 'vitest';

import { toUrgingMessage, type UrgingAnswer } from './urging-answer';

const WANTED_AT_MS = new Date('2026-12-24T08:00').getTime();
const asked: UrgingAnswer = { choice: 'as-asked', promisedOn: '', reason: '' };

test('as asked says no date: the one that was asked for holds', () => {
  expect(toUrgingMessage(asked, WANTED_AT_MS)).toEqual({ answer: 'accepted' });
});

test.each([
  ['2026-12-23', '2026-12-23T12:00'],
  ['2026-12-24', '2026-12-24T08:00'],
  ['2026-12-28', '2026-12-28T12:00'],
])('another date, %s, promises %s', (promisedOn, promised) => {
  const answer: UrgingAnswer = { choice: 'other-date', promisedOn, reason: ' by truck ' };
  expect(toUrgingMessage(answer, WANTED_AT_MS)).toEqual({
    answer: 'accepted',
    promisedDeliveryAtMs: new Date(promised).getTime(),
    reason: 'by truck',
  });
});

test('another date wants the date, and a refusal its reason', () => {
  expect(toUrgingMessage({ ...asked, choice: 'other-date' }, WANTED_AT_MS)).toBeUndefined();
  expect(toUrgingMessage({ ...asked, choice: 'refused', reason: ' ' }, WANTED_AT_MS)).toBeUndefined();
  expect(toUrgingMessage({ ...asked, choice: 'refused', reason: 'sold out' }, WANTED_AT_MS)).toEqual({
    answer: 'refused',
    reason: 'sold out',
  });
});
