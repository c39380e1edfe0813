import type { Epc } from './decode-epc.ts';
import { parsePureIdentityUri } from './encode-epc.ts';
import { escapeForUri } from './text.ts';

/** GS1 mod 10: weights 3 and 1 from the right (General Specifications 7.9.1). */
export function checkDigit(digits: string): string {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    sum += Number(digits[digits.length - 1 - index]) * (index % 2 === 0 ? 3 : 1);
  }
  return String((10 - (sum % 10)) % 10);
}

/**
 * The GS1 element string in its printed form, `(01)80614141123458(21)6789`; undefined for schemes outside GS1 (GID, DoD,
 * ADI).
 */
export function elementString(epc: Epc): string | undefined {
  const [company = '', reference = '', ...serials] = epc.parts;
  const [serial = '', total = '', itipSerial = ''] = serials;
  switch (epc.scheme) {
    case 'sgtin':
      return `(01)${leadingDigitKey(company, reference)}(21)${serial}`;
    case 'sscc':
      return `(00)${leadingDigitKey(company, reference)}`;
    case 'sgln':
      return `(414)${plainKey(company, reference)}${serial === '0' ? '' : `(254)${serial}`}`;
    case 'grai':
      return `(8003)0${plainKey(company, reference)}${serial}`;
    case 'giai':
      return `(8004)${company}${reference}`;
    case 'gsrn':
      return `(8018)${plainKey(company, reference)}`;
    case 'gsrnp':
      return `(8017)${plainKey(company, reference)}`;
    case 'gdti':
      return `(253)${plainKey(company, reference)}${serial}`;
    case 'cpi':
      return `(8010)${company}${reference}(8011)${serial}`;
    case 'sgcn':
      return `(255)${plainKey(company, reference)}${serial}`;
    case 'itip':
      return `(8006)${leadingDigitKey(company, reference)}${serial}${total}(21)${itipSerial}`;
    default:
      return undefined;
  }
}

/**
 * The other way: which pure identity an element string names. The company prefix's length is not in it and must be known.
 * @returns undefined if the text is none of these, or a check digit is wrong
 */
export function pureIdentityOfElementString(text: string, companyDigits: number): string | undefined {
  const match = /^\((\d{2,4})\)([^()]+)(?:\((\d{2,4})\)(.+))?$/.exec(text);
  if (!match) return undefined;
  const [, ai = '', key = '', secondAi = '', serial = ''] = match;
  const parts = partsOfKey(`${ai} ${secondAi}`.trim(), key, serial, companyDigits);
  if (!parts) return undefined;
  const [scheme = '', ...values] = parts;
  const uri = `urn:epc:id:${scheme}:${values.map(escapeForUri).join('.')}`;
  return parsePureIdentityUri(uri) ? uri : undefined;
}

function partsOfKey(ais: string, key: string, serial: string, companyDigits: number): string[] | undefined {
  switch (ais) {
    case '01 21':
      return withParts('sgtin', splitLeadingDigitKey(key, 14, companyDigits), serial);
    case '00':
      return withParts('sscc', splitLeadingDigitKey(key, 18, companyDigits));
    case '414':
    case '414 254':
      return withParts('sgln', splitPlainKey(key, 13, companyDigits), serial === '' ? '0' : serial);
    case '8003':
      return key.startsWith('0')
        ? withParts('grai', splitPlainKey(key.slice(1, 14), 13, companyDigits), key.slice(14))
        : undefined;
    case '8004':
      return ['giai', key.slice(0, companyDigits), key.slice(companyDigits)];
    case '8018':
    case '8017':
      return withParts(ais === '8018' ? 'gsrn' : 'gsrnp', splitPlainKey(key, 18, companyDigits));
    case '253':
    case '255':
      return withParts(
        ais === '253' ? 'gdti' : 'sgcn',
        splitPlainKey(key.slice(0, 13), 13, companyDigits),
        key.slice(13),
      );
    case '8010 8011':
      return ['cpi', key.slice(0, companyDigits), key.slice(companyDigits), serial];
    case '8006 21':
      return withParts(
        'itip',
        splitLeadingDigitKey(key.slice(0, 14), 14, companyDigits),
        key.slice(14, 16),
        key.slice(16, 18),
        serial,
      );
    default:
      return undefined;
  }
}

/** GTIN and SSCC put the reference's first digit (indicator, extension) in front of the company prefix. */
function leadingDigitKey(company: string, reference: string): string {
  return withCheckDigit(`${reference.slice(0, 1)}${company}${reference.slice(1)}`);
}

function plainKey(company: string, reference: string): string {
  return withCheckDigit(`${company}${reference}`);
}

function withCheckDigit(digits: string): string {
  return `${digits}${checkDigit(digits)}`;
}

function splitLeadingDigitKey(key: string, length: number, companyDigits: number): [string, string] | undefined {
  if (!hasCheckDigit(key, length)) return undefined;
  return [key.slice(1, 1 + companyDigits), `${key.slice(0, 1)}${key.slice(1 + companyDigits, -1)}`];
}

function splitPlainKey(key: string, length: number, companyDigits: number): [string, string] | undefined {
  return hasCheckDigit(key, length) ? [key.slice(0, companyDigits), key.slice(companyDigits, -1)] : undefined;
}

function hasCheckDigit(key: string, length: number): boolean {
  return key.length === length && /^\d+$/.test(key) && withCheckDigit(key.slice(0, -1)) === key;
}

function withParts(scheme: string, key: [string, string] | undefined, ...serials: string[]): string[] | undefined {
  return key && [scheme, ...key, ...serials];
}
