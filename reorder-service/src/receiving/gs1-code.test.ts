import fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseGs1 } from './gs1-code.ts';

const NOTHING = { sscc: null, gtin: null, lot: null, expiresOn: null, count: null };
const GTIN = '09506000134352';
const SSCC = '106141412345678908';

test.each([
  ['a plain EAN-13', '9506000134352', { gtin: GTIN }],
  ['a plain GTIN-14', GTIN, { gtin: GTIN }],
  ['a plain SSCC', SSCC, { sscc: SSCC }],
  ['an SSCC with its identifier', `00${SSCC}`, { sscc: SSCC }],
  [
    'a case with lot, expiry and count',
    `]C101${GTIN}1727033110AB-1\u001D3724`,
    { gtin: GTIN, lot: 'AB-1', expiresOn: '2027-03-31', count: 24 },
  ],
  ['a lot at the end', `01${GTIN}10AB-1`, { gtin: GTIN, lot: 'AB-1' }],
  [
    'brackets, as people type them',
    `(02)${GTIN}(37)5(10)X(17)280200`,
    { gtin: GTIN, lot: 'X', expiresOn: '2028-02-29', count: 5 },
  ],
  [
    'a Digital Link',
    `https://id.example.org/01/${GTIN}/10/AB%2F1?17=270101`,
    { gtin: GTIN, lot: 'AB/1', expiresOn: '2027-01-01' },
  ],
  ['a weight in between', `01${GTIN}310300125015270101`, { gtin: GTIN, expiresOn: '2027-01-01' }],
] as const)('reads %s', (_, scanned, expected) => {
  expect(parseGs1(scanned)).toEqual({ ok: true, code: { ...NOTHING, ...expected } });
});

test.each([
  ['the check digit is wrong', '0109506000134353', /check digit of GTIN/],
  ['the check digit of the pallet is wrong', '106141412345678901', /check digit of SSCC/],
  ['the month is wrong', `01${GTIN}17271301`, /is no date/],
  ['it is a name', 'PALLET 7', /no GS1 code/],
  ['it names nothing', '10AB-1', /neither an item nor a pallet/],
  ['it is cut off', `01${GTIN.slice(0, 9)}`, /no GS1 code|check digit/],
])('refuses it when %s', (_, scanned, because) => {
  expect(parseGs1(scanned)).toEqual({ ok: false, because: expect.stringMatching(because) });
});

test('never throws, whatever is scanned', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string({ unit: fc.constantFrom('0', '1', '2', '7', '(', ')', '\u001D'), maxLength: 60 }),
        fc.webUrl(),
      ),
      (scanned) => {
        expect(typeof parseGs1(scanned).ok).toBe('boolean');
      },
    ),
    { numRuns: 10_000 },
  );
});
