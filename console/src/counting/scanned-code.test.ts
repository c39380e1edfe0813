import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { hasValidCheckDigit, readCode } from './scanned-code';

const GTIN = '09506000134352';

describe('a code', () => {
  test.each([
    ['an EAN-13', '9506000134352', { kind: 'gtin', gtin: '9506000134352' }],
    ['an EAN-8', '96385074', { kind: 'gtin', gtin: '96385074' }],
    ['a UPC-A', '036000291452', { kind: 'gtin', gtin: '036000291452' }],
    [
      'a scanned GS1-128',
      `]C101${GTIN}10AB-12\u001d17271231`,
      { kind: 'gtin', gtin: GTIN, lot: 'AB-12', expiry: '2027-12-31' },
    ],
    [
      'a GS1 DataMatrix without its prefix',
      `01${GTIN}1727120021SN7`,
      { kind: 'gtin', gtin: GTIN, expiry: '2027-12-31', serial: 'SN7' },
    ],
    ['what a person types from the label', `(01)${GTIN}(10)AB-12`, { kind: 'gtin', gtin: GTIN, lot: 'AB-12' }],
    ['a logistic label with its count', `]C102${GTIN}3748`, { kind: 'gtin', gtin: GTIN, count: 48 }],
    [
      'a Digital Link',
      `https://id.gs1.org/01/${GTIN}/10/AB%2F12?17=271231`,
      { kind: 'gtin', gtin: GTIN, lot: 'AB/12', expiry: '2027-12-31' },
    ],
    [
      'a Digital Link of a shop, with a short GTIN',
      'https://example.com/p/01/9506000134352',
      { kind: 'gtin', gtin: GTIN },
    ],
  ])('%s is understood', (_, input, code) => {
    expect(readCode(input)).toEqual(code);
  });

  test.each([
    'bin-0007',
    'HB-M8-40',
    '12345',
    'https://example.com/products/7',
    'https://example.com/%zz/01/%zz',
    '(01)bolts',
    '',
  ])('%j is a text to search for', (input) => {
    expect(readCode(input)).toEqual({ kind: 'text', text: input });
  });

  test('with a wrong check digit is not taken for a GTIN', () => {
    expect(readCode('9506000134353')).toEqual({ kind: 'text', text: '9506000134353' });
    expect(readCode(`]C101${GTIN.slice(0, -1)}3`).kind).toBe('text');
  });

  test('never throws, whatever a scanner makes of a shadow', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (input) => readCode(input).kind.length > 0));
    fc.assert(fc.property(fc.webUrl({ withQueryParameters: true }), (input) => readCode(input).kind.length > 0));
  });
});

test('one wrong digit is always noticed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 13 }), fc.integer({ min: 1, max: 9 }), (place, by) => {
      const digits = Array.from(GTIN);
      digits[place] = String((Number(digits[place]) + by) % 10);
      return !hasValidCheckDigit(digits.join(''));
    }),
  );
});
