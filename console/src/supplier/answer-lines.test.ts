import { expect, test } from 'vitest';

import type { OrderLine } from '../api/types';
import { codeOf, shippableUnitsOf, startOf, toMessageLine } from './answer-lines';

const LINE = {
  lineNumber: 1,
  orderedQuantity: 40,
  confirmedQuantity: 0,
  shippedQuantity: 0,
  stockUnitsPerOrderUnit: 10,
  acknowledgementCode: null,
} as OrderLine;

test.each([
  [{}, 'IA'],
  [{ promisedOn: '2026-12-24' }, 'DR'],
  [{ confirmedUnits: 3 }, 'IQ'],
  [{ confirmedUnits: 5 }, 'IQ'],
  [{ confirmedUnits: 3, restLater: true }, 'BP'],
  [{ confirmedUnits: 0 }, 'IR'],
  [{ confirmedUnits: 0, restLater: true }, 'IB'],
])('%j is said by the code %s', (answer, code) => {
  expect(codeOf({ ...startOf(LINE), ...answer }, LINE)).toBe(code);
});

test('the message says whole order units and the day, and a rejected line promises nothing', () => {
  const answer = { ...startOf(LINE), confirmedUnits: 3, promisedOn: '2026-12-24', reason: ' last ones ' };
  expect(toMessageLine(answer, LINE)).toEqual({
    lineNumber: 1,
    code: 'IQ',
    confirmedUnits: 3,
    promisedDeliveryAtMs: new Date('2026-12-24T12:00').getTime(),
    reason: 'last ones',
  });
  expect(toMessageLine({ ...answer, confirmedUnits: 0 }, LINE)).not.toHaveProperty('promisedDeliveryAtMs');
});

test('what can be shipped is what was confirmed and is not on its way', () => {
  expect(shippableUnitsOf(LINE)).toBe(4);
  expect(shippableUnitsOf({ ...LINE, acknowledgementCode: 'IQ', confirmedQuantity: 30, shippedQuantity: 10 })).toBe(2);
});
