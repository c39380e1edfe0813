import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { exactGrams, parseDecimal, scaleByPowerOfTen } from './exact-mass.ts';

describe('exact mass', () => {
  test('kilograms become grams without a trace of binary arithmetic', () => {
    expect(exactGrams('1.2339', 'kg')).toBe(1233.9);
    expect(exactGrams('0001.278', 'ct')).toBe(0.2556);
    expect(exactGrams('2.168', 'kg')).toBe(2168);
    expect(exactGrams(1.001, 'kg')).toBe(1001);
    expect(exactGrams('1', 'lb')).toBe(453.59237);
    expect(exactGrams('0.4500', 'oz')).toBe(12.75728540625);
  });

  test('signs may stand apart, zeros may lead, a comma may be the point', () => {
    expect(exactGrams('-00183.69', 'g')).toBe(-183.69);
    expect(parseDecimal('+   123.56')).toBe(123.56);
    expect(parseDecimal('+0001,5')).toBe(1.5);
    expect(parseDecimal('-.5')).toBe(-0.5);
  });

  test('what is no number or no mass has no grams', () => {
    for (const text of ['', '.', '-', '1.2.3', '0x10', 'nan', '1'.repeat(60)])
      expect(exactGrams(text, 'g')).toBeUndefined();
    for (const unit of ['pcs', '%', '', 'constructor', '__proto__']) expect(exactGrams('1', unit)).toBeUndefined();
  });

  test('every decimal in milligrams of kilograms is the same number as its grams written out', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999_999, max: 99_999_999 }), (milligrams) => {
        const digits = String(Math.abs(milligrams)).padStart(7, '0');
        const sign = milligrams < 0 ? '-' : '';
        const kilograms = `${sign}${digits.slice(0, -6)}.${digits.slice(-6)}`;
        const grams = Number(`${sign}${digits.slice(0, -3)}.${digits.slice(-3)}`);
        expect(exactGrams(kilograms, 'kg')).toBe(grams + 0);
      }),
    );
  });

  test('scaling by a power of ten is exact too', () => {
    expect(scaleByPowerOfTen(29, -2)).toBe(0.29);
    expect(scaleByPowerOfTen(12.3, 1)).toBe(123);
  });
});
