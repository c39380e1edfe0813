import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { needsSharedData } from '@shelfwire/test-servers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { decodeEpc } from './decode-epc.ts';
import { checkDigit, elementString, pureIdentityOfElementString } from './element-string.ts';
import { encodeEpc, parsePureIdentityUri, parseTagUri } from './encode-epc.ts';
import { epcUriFromHex, pureIdentityUri, rawUri, tagUri } from './epc-uri.ts';
import { EPC_SCHEMES, type EpcField } from './schemes.ts';
import { escapeForUri } from './text.ts';

const projectRoot = new URL('../../../..', import.meta.url).pathname;

const hasVectors = needsSharedData('payloads', projectRoot);

describe.runIf(hasVectors)('the vectors of the GS1 Tag Data Standard', () => {
  // A suite that is skipped is still collected.
  const [, ...rows] = hasVectors ? readRows() : [];

  test.each(rows)('%s %s', (tagScheme, hex, bits, tag, pure, element) => {
    const epc = decodeEpc(hex);
    expect(epc).toBeDefined();
    if (!epc) return;
    expect(epc.tagScheme).toBe(tagScheme);
    expect(tagUri(epc)).toBe(tag);
    expect(pureIdentityUri(epc)).toBe(pure);
    expect(elementString(epc) ?? '').toBe(element);
    expect(encodeEpc(epc)?.replace(/0+$/, '')).toBe(hex.replace(/0+$/, ''));
    expect(parseTagUri(tag)).toEqual(epc);
    expect(parsePureIdentityUri(pure, epc.filter)).toEqual(epc);
    expect(hex.length * 4 - Number(bits)).toBeLessThan(16);
    if (element === '') return;
    expect(pureIdentityOfElementString(element, (epc.parts[0] ?? '').length)).toBe(pure);
  });
});

describe('codes of variable or seldom seen form, from the examples of the standard', () => {
  test.each([
    [
      '3D74257BF75411DEF6B4CC00000003039',
      'urn:epc:tag:cpi-var:3.0614141.5PQ7%2FZ43.12345',
      '(8010)06141415PQ7/Z43(8011)12345',
    ],
    ['3B0E0CF5E76C9047759AD00373DC7602E7200', 'urn:epc:tag:adi-var:3.35962.PQ7VZ4.M37GXB92', undefined],
    [
      '4174F4E4E40C0E4082DBDD8B36600000000000000000000000000000',
      'urn:epc:tag:itip-212:3.4012345.012345.01.02.mw133',
      '(8006)040123451234560102(21)mw133',
    ],
    ['2E14257BF4499602D2000000', 'urn:epc:tag:gsrnp-96:0.0614141.1234567890', '(8017)061414112345678902'],
    ['2F32032533139342DFDC1C35', 'urn:epc:tag:usdod-96:3.2S194.12345678901', undefined],
  ])('%s', (hex, tag, element) => {
    const epc = decodeEpc(hex);
    expect(epc && tagUri(epc)).toBe(tag);
    expect(epc && elementString(epc)).toBe(element);
    expect(parseTagUri(tag)).toEqual(epc);
  });
});

describe('memory that is no EPC', () => {
  test('keeps its bits in a raw URI', () => {
    expect(epcUriFromHex('E28011606000020934D6FAF7')).toBe('urn:epc:raw:96.xE28011606000020934D6FAF7');
    expect(epcUriFromHex('8a450224')).toBe('urn:epc:raw:32.x8A450224');
  });

  test.each([
    ['a partition that does not exist', '307C257BF7194E4000001A85'],
    ['a company prefix with more digits than its partition has', '3017FFFFF7194E4000001A85'],
    ['a code cut short', '3074257BF7194E4000001A'],
    ['a code with a word behind its end', '3074257BF7194E4000001A850000'],
    ['a reserved bit that is set', '3174257BF4499602D2000001'],
    ['a text serial without a character', '3674257BF7000000000000000000000000000000000000000000'],
    ['a text serial that goes on after its end', '3674257BF6B7A659B2C2BF1000000000000000000000000004'],
  ])('is %s', (_what, hex) => {
    expect(decodeEpc(hex)).toBeUndefined();
    expect(epcUriFromHex(hex)).toBe(rawUri(hex));
  });

  test('is every text of any length, without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 62, minLength: 1 }), (bytes) => {
        expect(epcUriFromHex(Buffer.from(bytes).toString('hex'))).toMatch(/^urn:epc:(id|raw):/);
      }),
    );
  });
});

describe('an EPC of any scheme', () => {
  test('survives hexadecimal, tag URI and pure identity URI and back', () => {
    fc.assert(
      fc.property(anyEpc(), (epc) => {
        const hex = encodeEpc(epc);
        expect(hex).toBeDefined();
        expect(decodeEpc(hex ?? '')).toEqual(epc);
        expect(parseTagUri(tagUri(epc))).toEqual(epc);
        const again = parsePureIdentityUri(pureIdentityUri(epc), epc.filter);
        expect(again?.parts).toEqual(epc.parts);
      }),
      { numRuns: 1_000 },
    );
  });

  test('is written in one spelling only: whatever decodes encodes to the same bits', () => {
    const headers = EPC_SCHEMES.map((scheme) => scheme.header);
    fc.assert(
      fc.property(fc.constantFrom(...headers), fc.uint8Array({ minLength: 11, maxLength: 11 }), (header, rest) => {
        const hex = Buffer.from([header, ...rest])
          .toString('hex')
          .toUpperCase();
        const epc = decodeEpc(hex);
        if (epc) expect(encodeEpc(epc)).toBe(hex);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('a GS1 element string', () => {
  test('with a wrong check digit names nothing', () => {
    expect(pureIdentityOfElementString('(01)80614141123459(21)6789', 7)).toBeUndefined();
  });

  test('without an extension is the location itself', () => {
    expect(pureIdentityOfElementString('(414)0614141123452', 7)).toBe('urn:epc:id:sgln:0614141.12345.0');
  });

  test('has the check digit of the GS1 example', () => {
    expect(checkDigit('629104150021')).toBe('3');
  });
});

test('escapes exactly the characters that a URI may not hold', () => {
  expect(escapeForUri('a"%&/<>?#b!')).toBe('a%22%25%26%2F%3C%3E%3F%23b!');
});

function readRows(): [string, string, string, string, string, string][] {
  const text = readFileSync(join(projectRoot, '..', 'shared', 'payloads', 'gs1-epc-tds-vectors.tsv'), 'utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [scheme = '', hex = '', bits = '', tag = '', pure = '', element = ''] = line.split('\t');
    return [scheme, hex, bits, tag, pure, element.trim()];
  });
}

const AI82_CHARACTERS = '!"%&\'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
const AI39_CHARACTERS = '#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const CAGE_CHARACTERS = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ';

function anyEpc() {
  return fc.constantFrom(...EPC_SCHEMES).chain((scheme) => {
    const filterField = scheme.fields.find((field) => field.kind === 'filter');
    const parts = scheme.fields.flatMap((field) => (field.kind === 'filter' ? [] : [partsOfField(field)]));
    return fc.tuple(fc.integer({ min: 0, max: 7 }), fc.tuple(...parts)).map(([filter, values]) => ({
      tagScheme: scheme.tagScheme,
      scheme: scheme.scheme,
      parts: values.flat(),
      ...(filterField && { filter }),
    }));
  });
}

function partsOfField(field: Exclude<EpcField, { kind: 'filter' }>): fc.Arbitrary<string[]> {
  switch (field.kind) {
    case 'company':
      return fc
        .constantFrom(...field.partitions)
        .chain((sizes) => fc.tuple(digits(sizes.companyDigits), reference(field.reference, sizes.referenceLength)));
    case 'integer':
      return fc.bigInt({ min: 0n, max: (1n << BigInt(field.bits)) - 1n }).map((value) => [value.toString()]);
    case 'numericString':
      return characters('0123456789', 1, 11).map((text) => [text]);
    case 'digits':
      return digits(field.length).map((text) => [text]);
    case 'text7':
      return characters(AI82_CHARACTERS, 1, Math.floor(field.bits / 7)).map((text) => [text]);
    case 'text6':
      return characters(AI39_CHARACTERS, field.lengthMin, field.lengthMax).map((text) => [text]);
    case 'cage':
      return characters(CAGE_CHARACTERS, 5, 6).map((text) => [text]);
    default:
      return fc.constant([]);
  }
}

function reference(kind: 'digits' | 'integer' | 'text7' | 'text6', length: number): fc.Arbitrary<string> {
  if (kind === 'text7') return characters(AI82_CHARACTERS, 1, length);
  if (kind === 'text6') return characters(AI39_CHARACTERS, 1, length);
  if (kind === 'digits') return digits(length);
  return digits(Math.min(length, 9)).map((text) => BigInt(text).toString());
}

function digits(length: number): fc.Arbitrary<string> {
  return characters('0123456789', length, length);
}

function characters(alphabet: string, minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...alphabet.split('')), { minLength, maxLength }).map((list) => list.join(''));
}
