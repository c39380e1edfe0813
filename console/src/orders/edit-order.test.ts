import { expect, test } from 'vitest';

import type { OrderDetail } from '../api/types';
import { editOf, isoDay, unitsOf } from './edit-order';

const atMs = new Date(2027, 2, 31, 9).getTime();
const order = {
  version: 4,
  supplierId: 'bolts-inc',
  requestedDeliveryAtMs: atMs,
  note: null,
  lines: [
    { lineNumber: 1, orderedQuantity: 50, stockUnitsPerOrderUnit: 10 },
    { lineNumber: 2, orderedQuantity: 6, stockUnitsPerOrderUnit: 1 },
  ],
} as unknown as OrderDetail;
const same = { units: unitsOf(order), supplierId: 'bolts-inc', day: '2027-03-31', note: '' };

test('a form that was not touched is no edit', () => {
  expect(same.units).toEqual({ 1: 5, 2: 6 });
  expect(isoDay(atMs)).toBe('2027-03-31');
  expect(editOf(order, same)).toBeUndefined();
});

test('only what differs is sent, with the version that was looked at', () => {
  expect(editOf(order, { ...same, units: { 1: 7, 2: 6 } })).toEqual({
    version: 4,
    lines: [{ lineNumber: 1, orderedUnits: 7 }],
  });
  expect(editOf(order, { ...same, note: ' please hurry ' })).toEqual({ version: 4, note: 'please hurry' });
  const day = editOf(order, { ...same, day: '2027-04-02' });
  expect(isoDay(day?.requestedDeliveryAtMs ?? null)).toBe('2027-04-02');
});

test('with another supplier the service converts the quantities', () => {
  expect(editOf(order, { ...same, units: { 1: 7, 2: 6 }, supplierId: 'other' })).toEqual({
    version: 4,
    supplierId: 'other',
  });
});

test('an empty quantity is not yet an edit', () => {
  expect(editOf(order, { ...same, units: { 1: '', 2: 6 }, note: 'x' })).toBeUndefined();
});
