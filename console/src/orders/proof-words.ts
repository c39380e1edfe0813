const UNITS: readonly [suffix: string, unit: string][] = [
  ['Grams', ' (g)'],
  ['Mm', ' (mm)'],
  ['AtMs', ''],
  ['Seconds', ' (s)'],
  ['Ms', ' (ms)'],
  ['Dbm', ' (dBm)'],
];

/** "inventoryPosition" → "Inventory position", "netGrams" → "Net (g)": field names as a buyer reads them. */
export function describeField(name: string): string {
  const unit = UNITS.find(([suffix]) => name.endsWith(suffix) && name.length > suffix.length);
  const stem = unit ? name.slice(0, -unit[0].length) : name;
  const words = stem.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1) + (unit?.[1] ?? '');
}

export function describeValue(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(Math.round(value * 1_000) / 1_000);
  if (typeof value === 'string') return /^[A-Z_]+$/.test(value) ? value.toLowerCase().replaceAll('_', '-') : value;
  return JSON.stringify(value);
}
