import { expect, test } from 'vitest';

import type { OrderLine, Receipt } from '../api/types';
import { differenceOf, draftsOf, expectedOf, missingIn, receivedLines } from './receipt-draft';

const line: OrderLine = {
  lineNumber: 1,
  itemId: 'bolt',
  binId: 'b1',
  binName: 'A-01',
  sku: 'B',
  itemName: 'Bolt',
  unit: 'pcs',
  orderedQuantity: 100,
  confirmedQuantity: 100,
  shippedQuantity: 0,
  receivedQuantity: 30,
  cancelledQuantity: 10,
  backorderedQuantity: 0,
  orderUnit: 'pack',
  stockUnitsPerOrderUnit: 10,
  quantityText: '10 packs = 100 pcs',
  acknowledgementCode: null,
  promisedDeliveryAtMs: null,
  backorderPromisedAtMs: null,
  proposedQuantity: 0,
  awaitingPutAwayQuantity: 0,
  unitPriceCents: null,
  confirmedUnitPriceCents: null,
  open: true,
};
const announced = {
  lines: [{ lineNumber: 1, quantity: 40, condition: 'good', lot: 'L-7', expiresOn: '2027-03-31' }],
} as unknown as Receipt;

test('expected is what is still missing, or what the supplier announced', () => {
  expect(expectedOf(line, undefined)).toBe(60);
  expect(expectedOf({ ...line, open: false }, undefined)).toBe(0);
  expect(expectedOf(line, announced)).toBe(40);
});

test('nothing is counted beforehand, but lot and expiry come from the paper, and a label wins over it', () => {
  expect(draftsOf([line], announced, undefined)[0]).toMatchObject({ good: '', lot: 'L-7', expiresOn: '2027-03-31' });
  expect(draftsOf([line], announced, { line: 1, count: 24, lot: 'L-8' })[0]).toMatchObject({ good: 24, lot: 'L-8' });
  expect(draftsOf([line], undefined, { line: 2, count: 24 })[0]).toMatchObject({ good: '', lot: '' });
});

test.each([
  ['', { kind: 'none' }],
  [60, { kind: 'exact' }],
  [0, { kind: 'short', by: 60 }],
  [61, { kind: 'over', by: 1 }],
] as const)('of 60 expected, %j that came are told as %j', (good, difference) => {
  const [draft] = draftsOf([line], undefined, undefined);
  expect(draft && differenceOf(60, { ...draft, good })).toEqual(difference);
});

test('good and damaged goods of a line are two lines of the receipt, and an untouched line is none', () => {
  const [draft] = draftsOf([line], undefined, undefined);
  if (!draft) throw new Error('no draft');
  expect(receivedLines([draft])).toEqual([]);
  expect(missingIn([draft])).toMatch(/at least one line/);
  const counted = { ...draft, good: 55, bad: 5, lot: ' L-9 ', restWillNotCome: true } as const;
  expect(receivedLines([counted])).toEqual([
    { lineNumber: 1, quantity: 55, condition: 'good', complete: true, lot: 'L-9' },
    { lineNumber: 1, quantity: 5, condition: 'damaged', complete: false, lot: 'L-9' },
  ]);
  expect(missingIn([counted])).toBeUndefined();
  expect(missingIn([{ ...counted, lot: '', expiresOn: '2027-01-01' }])).toMatch(/lot/);
  expect(missingIn([{ ...draft, good: 0 }])).toMatch(/at least one line/);
});
