/** Exact conversions into the units that readings carry: grams, millimetres, degrees Celsius. */

const GRAMS_PER_UNIT: Readonly<Record<string, number>> = {
  g: 1,
  kg: 1_000,
  mg: 0.001,
  t: 1_000_000,
  lb: 453.592_37, // international avoirdupois pound, exact by definition (1959)
  oz: 28.349_523_125,
  ct: 0.2,
  gn: 0.064_798_91,
  µg: 0.000_001,
  ozt: 31.103_476_8, // troy ounce, exact
  dwt: 1.555_173_84, // pennyweight, 1/20 ozt
  mom: 3.75, // momme
};

/** @returns grams, or undefined for a unit that is not one of mass (PC, %) or not known; never a guess */
export function massToGrams(value: number, unit: string): number | undefined {
  const key = unit.trim().toLowerCase();
  const factor = Object.hasOwn(GRAMS_PER_UNIT, key) ? GRAMS_PER_UNIT[key] : undefined;
  return factor === undefined ? undefined : value * factor;
}

/** "4 packs = 40 pcs"; without packaging, "40 pcs". */
export function describeQuantity(
  quantity: number,
  stockUnit: string,
  packaging?: { unit: string; stockUnitsPerUnit: number },
): string {
  const inStockUnits = `${quantity} ${stockUnit}`;
  if (!packaging || packaging.stockUnitsPerUnit === 1 || quantity % packaging.stockUnitsPerUnit !== 0) {
    return inStockUnits;
  }
  const units = quantity / packaging.stockUnitsPerUnit;
  return `${units} ${units === 1 ? packaging.unit : pluralOf(packaging.unit)} = ${inStockUnits}`;
}

/** "packs", "boxes"; "pcs" and the like are plural already, and a word with a capital is of another language. */
export function pluralOf(unit: string): string {
  if (/^(pcs|pairs|rolls)$/.test(unit) || /^\p{Lu}/u.test(unit)) return unit;
  return /(s|x|z|ch|sh)$/.test(unit) ? `${unit}es` : `${unit}s`;
}
