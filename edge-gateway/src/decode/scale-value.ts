import type { DecodeResult } from './decoder.ts';
import { exactGrams, parseDecimal } from './exact-mass.ts';
import { failure, quote, understood } from './result.ts';
import type { WeightSample } from './sample.ts';

export interface ScaleState {
  stability: WeightSample['stability'];
  isNet?: boolean;
}

/**
 * A number and a unit as a scale prints them: a mass becomes a weight, pieces a count, percent weighing no reading.
 * Brackets around a digit that is not verified on an approved balance are taken off, and blanks after the sign.
 * @param line what the failure's sentence quotes
 */
export function readScaleValue(number: string, unit: string, state: ScaleState, line: string): DecodeResult {
  const digits = number.replace(/[[\]]/g, '');
  const value = parseDecimal(digits);
  if (value === undefined) return failure('malformed', `${quote(number)} in ${quote(line)} is no number.`);
  if (unit === '') return failure('truncated', `${quote(line)} has no unit.`);
  if (unit === '%') return understood();
  if (/^pcs?\.?$/i.test(unit)) return readPieces(value, state, line);
  const grams = exactGrams(digits, unit);
  if (grams === undefined) return failure('unknown-type', `The unit ${quote(unit)} in ${quote(line)} is none of mass.`);
  return understood([{ kind: 'weight', grams, ...state }]);
}

export function readPieces(pieces: number, state: ScaleState, line: string): DecodeResult {
  if (!Number.isSafeInteger(pieces) || pieces < 0) {
    return failure('out-of-range', `${quote(line)} is no number of pieces.`);
  }
  return understood([{ kind: 'count', pieces, stability: state.stability }]);
}

/** "2 lb 3.5 oz": pounds and ounces of one weight. */
export function readPoundsAndOunces(pounds: string, ounces: string, state: ScaleState, line: string): DecodeResult {
  const wholePounds = parseDecimal(pounds);
  const restOunces = parseDecimal(ounces);
  if (wholePounds === undefined || restOunces === undefined)
    return failure('malformed', `${quote(line)} is no weight.`);
  const sign = pounds.trim().startsWith('-') ? -1 : 1;
  const total = wholePounds * 16 + sign * restOunces;
  return readScaleValue(String(Number(total.toFixed(6))), 'oz', state, line);
}
