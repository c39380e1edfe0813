/** Reads frozen JSON whose form may be older or newer than this code: what is not of the expected type is absent. */
export function numberAt(object: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = object[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** So far from 1970 a Date can be; beyond it, formatting throws. */
const DATE_MS_MAX = 8.64e15;

export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= DATE_MS_MAX;
}

export function timeAt(object: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = object[name];
  return isTime(value) ? value : undefined;
}

export function textAt(object: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function objectAt(object: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const value = object[name];
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** At most two decimals, with a real minus sign. */
export function describeNumber(value: number): string {
  return String(Math.round(value * 100) / 100).replace('-', '−');
}

/** 59 and "pcs" → "59 pcs"; without a unit, "59". */
export function withUnit(value: number, unit: string | undefined): string {
  return unit ? `${describeNumber(value)} ${unit}` : describeNumber(value);
}

/** "inventoryPosition" → "Inventory position", "DO_NOT_STOCK" → "Do not stock". */
export function describeName(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
