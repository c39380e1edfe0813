import { expect, test } from 'vitest';

import { describeQuantity, massToGrams } from './units.ts';

test('masses come to grams by the exact definitions', () => {
  expect(massToGrams(1.5, 'kg')).toBe(1500);
  expect(massToGrams(1, ' LB ')).toBe(453.59237);
  expect(massToGrams(16, 'oz')).toBeCloseTo(453.59237, 9);
});

test('a unit that is no mass gives no grams', () => {
  for (const unit of ['PC', '%', '', 'stone-ish']) expect(massToGrams(1, unit)).toBeUndefined();
});

test('packs and pieces are always shown together', () => {
  const pack = { unit: 'pack', stockUnitsPerUnit: 10 };
  expect(describeQuantity(40, 'pcs', pack)).toBe('4 packs = 40 pcs');
  expect(describeQuantity(250, 'pcs', { unit: 'box', stockUnitsPerUnit: 50 })).toBe('5 boxes = 250 pcs');
  expect(describeQuantity(10, 'pcs', pack)).toBe('1 pack = 10 pcs');
  expect(describeQuantity(12, 'pcs', pack)).toBe('12 pcs');
  expect(describeQuantity(40, 'pcs')).toBe('40 pcs');
  expect(describeQuantity(300, 'Stück', { unit: 'Karton', stockUnitsPerUnit: 100 })).toBe('3 Karton = 300 Stück');
});
