import { massToGrams } from '@shelfwire/contract';

/**
 * Scales print decimal text; 1.2339 kg is 1233.9 g, and not 1233.8999999999999 as binary arithmetic would have it.
 * So digits and factor are multiplied as integers and only the result becomes a number: correctly rounded, once.
 */

interface Decimal {
  /** All digits as one integer, with the sign. */
  unscaled: bigint;
  /** value = unscaled × 10^exponent */
  exponent: number;
}

// A scale shows at most nine digits; beyond 40 it is garbage, and BigInt work stays bounded.
const TEXT_LENGTH_MAX = 40;
const EXPONENT_MAX = 30;

const PLAIN_LENGTH_MAX = 20;
const MINUS = 0x2d;
const POINT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** Other spellings of one unit that scales print. Unknown ones pass through and end as "not a mass". */
const UNIT_ALIASES: ReadonlyMap<string, string> = new Map([
  ['lbs', 'lb'],
  ['#', 'lb'],
  ['gr', 'g'],
  ['gram', 'g'],
  ['grams', 'g'],
  ['kgs', 'kg'],
  ['car', 'ct'],
  ['ug', 'µg'],
  ['\u03bcg', 'µg'], // Greek mu instead of the micro sign
]);

/** Plain decimal text, optionally signed, with a point or a comma, blanks allowed after the sign: "-  10.2", "+0001,5". */
export function parseDecimal(text: string): number | undefined {
  if (isPlain(text)) return withoutSignOfZero(Number(text));
  const decimal = readDecimal(text);
  return decimal === undefined ? undefined : toNumber(decimal);
}

/**
 * @param value decimal text as the scale prints it, or a number whose shortest decimal form is meant
 * @returns grams; undefined if the text is no number or the unit is none of mass
 */
export function exactGrams(value: string | number, unit: string): number | undefined {
  const factor = gramsPerUnit(unit);
  if (factor?.unscaled === 1n && factor.exponent === 0 && isPlain(value)) return withoutSignOfZero(Number(value));
  const decimal = readDecimal(typeof value === 'number' ? String(value) : value);
  if (factor === undefined || decimal === undefined) return undefined;
  return toNumber({ unscaled: decimal.unscaled * factor.unscaled, exponent: decimal.exponent + factor.exponent });
}

export function isMassUnit(unit: string): boolean {
  return gramsPerUnit(unit) !== undefined;
}

/** value × 10^exponent without a binary rounding in between: `scaleByPowerOfTen(13795, -2)` is 137.95. */
export function scaleByPowerOfTen(value: number, exponent: number): number {
  if (exponent === 0) return withoutSignOfZero(value);
  const decimal = readDecimal(String(value));
  if (decimal === undefined) return value * 10 ** exponent;
  return toNumber({ unscaled: decimal.unscaled, exponent: decimal.exponent + exponent });
}

/** The product of two numbers' shortest decimal forms, correctly rounded: 12345 × 0.001 is 12.345. */
export function multiplyDecimals(left: number, right: number): number {
  const first = readDecimal(String(left));
  const second = readDecimal(String(right));
  if (first === undefined || second === undefined) return left * right;
  return toNumber({ unscaled: first.unscaled * second.unscaled, exponent: first.exponent + second.exponent });
}

/**
 * What most scales print, "1234.5": digits and perhaps one point. That is a literal of JavaScript too, which rounds it once and
 * correctly by itself; taking it apart costs ten times as much, and a scale says it twice a second.
 */
function isPlain(value: string | number): boolean {
  // Of which the shortest form has no exponent.
  if (typeof value === 'number') return value === 0 || (Math.abs(value) >= 1e-6 && Math.abs(value) < 1e21);
  if (value.length === 0 || value.length > PLAIN_LENGTH_MAX) return false;
  let points = 0;
  const first = value.charCodeAt(0) === MINUS ? 1 : 0;
  for (let at = first; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code === POINT) points += 1;
    else if (code < DIGIT_0 || code > DIGIT_9) return false;
  }
  return points <= 1 && value.length > first + points;
}

function withoutSignOfZero(value: number): number {
  return value === 0 ? 0 : value;
}

const factors = new Map<string, Decimal>();

function gramsPerUnit(unit: string): Decimal | undefined {
  const key = unit.trim().toLowerCase();
  const known = factors.get(key);
  if (known !== undefined) return known;
  const grams = massToGrams(1, UNIT_ALIASES.get(key) ?? key);
  const factor = grams === undefined ? undefined : readDecimal(String(grams));
  if (factor !== undefined) factors.set(key, factor);
  return factor;
}

function readDecimal(text: string): Decimal | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  const match = /^\s*([+-]?)\s*(\d*)[.,]?(\d*)(?:e([+-]?\d{1,3}))?\s*$/i.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const exponent = Number(power) - fraction.length;
  if (Math.abs(exponent) > EXPONENT_MAX) return undefined;
  const magnitude = BigInt(`${whole}${fraction}`);
  return { unscaled: sign === '-' ? -magnitude : magnitude, exponent };
}

function toNumber(decimal: Decimal): number {
  return Number(`${decimal.unscaled}e${decimal.exponent}`);
}
