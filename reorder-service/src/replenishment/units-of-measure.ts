/**
 * Quantities in the units that people buy and count in, exactly: whole numbers of a smallest unit, ratios of whole
 * numbers, and rounding that is named. A float never decides a quantity (failure modes 10 and 11).
 */

/** How many stock units one other unit is, as a ratio of whole numbers: a pack of 10 is 10/1, a gram of 2.5 g pieces is 2/5. */
export interface UomConversion {
  unit: string;
  stockUnits: bigint;
  perUnits: bigint;
}

/** `down`: what is surely there; `up`: what surely suffices; `exact`: only without a rest. */
export type Rounding = 'down' | 'up' | 'exact';

/** So fine are decimals taken as they were written: a millionth. */
const DECIMALS = 6;
const SCALE = 10n ** BigInt(DECIMALS);

export function conversionOf(unit: string, stockUnitsPerUnit: number): UomConversion {
  const scaled = scaledOf(stockUnitsPerUnit);
  if (scaled <= 0n) throw new RangeError(`one ${unit} must be more than nothing`);
  const divisor = greatestCommonDivisor(scaled, SCALE);
  return { unit, stockUnits: scaled / divisor, perUnits: SCALE / divisor };
}

/** Pieces by weight: a kilogram of pieces of so many grams. */
export function kilogramsOf(pieceGrams: number): UomConversion {
  const scaled = scaledOf(pieceGrams);
  if (scaled <= 0n) throw new RangeError('a piece must weigh more than nothing');
  const [grams, pieces] = [1_000n * SCALE, scaled];
  const divisor = greatestCommonDivisor(grams, pieces);
  return { unit: 'kg', stockUnits: grams / divisor, perUnits: pieces / divisor };
}

/** @returns whole stock units; undefined where `exact` was asked for and there is a rest */
export function toStockUnits(quantity: number, conversion: UomConversion, rounding: Rounding): number | undefined {
  return divide(scaledOf(quantity) * conversion.stockUnits, conversion.perUnits * SCALE, rounding);
}

/** @returns whole units of the conversion; undefined where `exact` was asked for and there is a rest */
export function fromStockUnits(stockUnits: number, conversion: UomConversion, rounding: Rounding): number | undefined {
  return divide(scaledOf(stockUnits) * conversion.perUnits, conversion.stockUnits * SCALE, rounding);
}

/** The price of one stock unit, in hundredths, from that of a price unit ("per 100"); only for showing and comparing. */
export function pricePerStockUnit(priceCents: number, conversion: UomConversion): number {
  return (priceCents * Number(conversion.perUnits)) / Number(conversion.stockUnits);
}

function divide(numerator: bigint, denominator: bigint, rounding: Rounding): number | undefined {
  const rest = ((numerator % denominator) + denominator) % denominator;
  if (rest !== 0n && rounding === 'exact') return undefined;
  const floor = (numerator - rest) / denominator;
  const whole = Number(rest !== 0n && rounding === 'up' ? floor + 1n : floor);
  if (!Number.isSafeInteger(whole)) throw new RangeError('the quantity is too large to be exact');
  return whole;
}

/** A decimal as it is written, in millionths: 1.02 is 1020000, not 1.02000000000000001776. */
function scaledOf(value: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new RangeError('not a quantity');
  const [whole = '0', fraction = ''] = value.toFixed(DECIMALS).split('.');
  const sign = whole.startsWith('-') ? -1n : 1n;
  return BigInt(whole) * SCALE + sign * BigInt(fraction.padEnd(DECIMALS, '0'));
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}
