/** UN/ECE Recommendation 20 and 21; a unit that is in neither is "one" of what the description says. */
const UNIT_CODES: Readonly<Record<string, string>> = {
  piece: 'H87',
  pcs: 'H87',
  pack: 'PK',
  box: 'BX',
  carton: 'CT',
  case: 'CS',
  bag: 'BG',
  pallet: 'PX',
  roll: 'RO',
  kg: 'KGM',
  l: 'LTR',
  m: 'MTR',
};

export function unitCodeOf(unit: string): string {
  return UNIT_CODES[unit.toLowerCase()] ?? 'C62';
}
