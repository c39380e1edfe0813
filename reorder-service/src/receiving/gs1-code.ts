/** What a code on a carton or a pallet says that matters for receiving. */
export interface Gs1Code {
  sscc: string | null;
  /** 14 digits; of the item itself (01), or of what is inside a pallet (02). */
  gtin: string | null;
  lot: string | null;
  /** The last day it may be used, as 2027-03-31. */
  expiresOn: string | null;
  /** How many are inside (30, 37). */
  count: number | null;
}

export type Gs1Result = { ok: true; code: Gs1Code } | { ok: false; because: string };

/** FNC1 as scanners send it. */
const SEPARATOR = '\u001D';
/** What scanners put before it to say which kind of symbol it was (ISO/IEC 15424). */
const SYMBOLOGY = /^\](C1|d2|e0|Q3|J1)/;

/**
 * Lengths of data fields, by application identifier (GS1 General Specifications 3.2). `fixed` ones need no separator behind
 * them; of the others the number is the longest they may be.
 */
const IDENTIFIERS: readonly { ai: RegExp; length: number; fixed: boolean }[] = [
  { ai: /^00/, length: 18, fixed: true },
  { ai: /^0[123]/, length: 14, fixed: true },
  { ai: /^1[1-9]/, length: 6, fixed: true },
  { ai: /^20/, length: 2, fixed: true },
  { ai: /^3[1-6]\d\d/, length: 6, fixed: true },
  { ai: /^41\d/, length: 13, fixed: true },
  { ai: /^(10|21|22)/, length: 20, fixed: false },
  { ai: /^(30|37)/, length: 8, fixed: false },
  { ai: /^(24[0-3]|25[0-5]|235)/, length: 30, fixed: false },
  { ai: /^39\d\d/, length: 18, fixed: false },
  { ai: /^4(0[0-3]|2\d)/, length: 30, fixed: false },
  { ai: /^43\d\d/, length: 90, fixed: false },
  { ai: /^[78]\d\d\d/, length: 90, fixed: false },
  { ai: /^9\d/, length: 90, fixed: false },
];

/** Reads what a scanner gave: an element string with FNC1, one with brackets, a plain GTIN or SSCC, or a Digital Link. */
export function parseGs1(scanned: string): Gs1Result {
  const text = scanned.trim().replace(SYMBOLOGY, '');
  if (/^https?:\/\//i.test(text)) return fromElements(elementsOfLink(text));
  if (text.startsWith('(')) return fromElements(elementsInBrackets(text));
  if (/^\d{18}$/.test(text)) return fromElements([['00', text]]);
  if (/^(\d{8}|\d{12,14})$/.test(text) && checks(text)) return fromElements([['01', text.padStart(14, '0')]]);
  return fromElements(elementsOf(text));
}

type Elements = [ai: string, value: string][] | undefined;

function elementsOf(text: string): Elements {
  const elements: [string, string][] = [];
  let rest = text.startsWith(SEPARATOR) ? text.slice(1) : text;
  while (rest !== '') {
    const known = IDENTIFIERS.map(({ ai, ...field }) => ({ ...field, match: ai.exec(rest)?.[0] })).find(
      ({ match }) => match !== undefined,
    );
    if (known?.match === undefined) return undefined;
    rest = rest.slice(known.match.length);
    const end = known.fixed ? known.length : (rest + SEPARATOR).indexOf(SEPARATOR);
    const value = rest.slice(0, end);
    if (value.length === 0 || value.length > known.length || (known.fixed && value.length < known.length))
      return undefined;
    elements.push([known.match, value]);
    rest = rest.slice(end);
    if (rest.startsWith(SEPARATOR)) rest = rest.slice(1);
  }
  return elements;
}

function elementsInBrackets(text: string): Elements {
  const elements = [...text.matchAll(/\((\d{2,4})\)([^(]+)/g)].map(([, ai = '', value = '']): [string, string] => [
    ai,
    value.trim(),
  ]);
  return elements.length > 0 ? elements : undefined;
}

/** GS1 Digital Link: `https://…/01/<gtin>/10/<lot>?17=<yymmdd>`. */
function elementsOfLink(text: string): Elements {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const path = url.pathname.split('/').filter((part) => part !== '');
  const first = path.findIndex((part, index) => /^0[01]$/.test(part) && /^\d{8,18}$/.test(path[index + 1] ?? ''));
  if (first < 0) return undefined;
  const elements: [string, string][] = [];
  for (let at = first; at + 1 < path.length; at += 2) {
    const [ai = '', value = ''] = path.slice(at, at + 2);
    elements.push([ai, ai === '01' ? value.padStart(14, '0') : decodeURIComponent(value)]);
  }
  for (const [ai, value] of url.searchParams) if (/^\d{2,4}$/.test(ai)) elements.push([ai, value]);
  return elements;
}

function fromElements(elements: Elements): Gs1Result {
  if (!elements || elements.length === 0) return { ok: false, because: 'it is no GS1 code' };
  const code: Gs1Code = { sscc: null, gtin: null, lot: null, expiresOn: null, count: null };
  for (const [ai, value] of elements) {
    switch (ai) {
      case '00':
        if (!/^\d{18}$/.test(value) || !checks(value))
          return { ok: false, because: `the check digit of SSCC ${value} is wrong` };
        code.sscc = value;
        break;
      case '01':
      case '02':
        if (!/^\d{14}$/.test(value) || !checks(value))
          return { ok: false, because: `the check digit of GTIN ${value} is wrong` };
        code.gtin = value;
        break;
      case '10':
        code.lot = value;
        break;
      case '15':
      case '17': {
        const date = dateOf(value);
        if (date === undefined) return { ok: false, because: `${value} is no date` };
        // Use by (17) says more than best before (15).
        if (ai === '17' || code.expiresOn === null) code.expiresOn = date;
        break;
      }
      case '30':
      case '37':
        if (!/^\d{1,8}$/.test(value)) return { ok: false, because: `${value} is no count` };
        code.count = Number(value);
        break;
      default:
    }
  }
  if (code.sscc === null && code.gtin === null) return { ok: false, because: 'it names neither an item nor a pallet' };
  return { ok: true, code };
}

/** Modulo 10, weights 3 and 1 from the right (GS1 General Specifications 7.9). */
function checks(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) sum += Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 1 : 3);
  return sum % 10 === 0;
}

/** YYMMDD; day 00 is the last of the month; the century is the one that is nearest (GS1 General Specifications 7.12). */
function dateOf(text: string, thisYear = new Date().getUTCFullYear()): string | undefined {
  const match = /^(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (!match) return undefined;
  const [yy, month, day] = match.slice(1).map(Number) as [number, number, number];
  const century = Math.floor(thisYear / 100) * 100;
  const year = [century - 100, century, century + 100]
    .map((each) => each + yy)
    .find((each) => each > thisYear - 50 && each <= thisYear + 50);
  if (year === undefined || month < 1 || month > 12) return undefined;
  const date = day === 0 ? new Date(Date.UTC(year, month, 0)) : new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 ? date.toISOString().slice(0, 10) : undefined;
}
