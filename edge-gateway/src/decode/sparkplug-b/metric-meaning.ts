import { exactGrams, isMassUnit, scaleByPowerOfTen } from '../exact-mass.ts';
import type { Sample, SampleCommon, WeightSample } from '../sample.ts';

/**
 * Sparkplug names metrics freely; what one means is told by `constants.metric`, or else read from its unit, and from its
 * name only where that leaves no doubt. Everything else is no reading.
 */

export interface NamedValue {
  name: string;
  value: number | boolean | string;
  unit?: string;
}

/** `weight:kg`, `raw`, `distance:cm`, `fill:%`, `count`, `temperature:C`, `battery:%`, `ignore`. */
export const MEANING_PATTERN = /^(weight|raw|distance|fill|count|temperature|battery|rssi|ignore)(?::(\S+))?$/;

type Quantity = 'weight' | 'raw' | 'distance' | 'fill' | 'count' | 'temperature' | 'battery' | 'rssi' | 'ignore';
interface Meaning {
  quantity: Quantity;
  unit: string;
}

const POWER_OF_TEN_MM: ReadonlyMap<string, number> = new Map([
  ['mm', 0],
  ['cm', 1],
  ['m', 3],
]);

/** @param told the entry of `constants.metric` for this name, which goes before every guess */
export function sampleOfMetric(
  metric: NamedValue,
  told: string | undefined,
  common: SampleCommon,
  stability: WeightSample['stability'],
): Sample | undefined {
  const value = numberOf(metric.value);
  const meaning = told === undefined ? guess(metric) : parseMeaning(told, metric.unit);
  if (value === undefined || !meaning) return undefined;
  const { quantity, unit } = meaning;
  switch (quantity) {
    case 'weight': {
      const grams = exactGrams(value, unit);
      return grams === undefined
        ? undefined
        : { kind: 'weight', ...common, grams, stability, ...netOrGross(metric.name) };
    }
    case 'raw':
      return { kind: 'raw', ...common, counts: value };
    case 'count':
      return Number.isSafeInteger(value) && value >= 0 ? { kind: 'count', ...common, pieces: value } : undefined;
    case 'distance': {
      const power = POWER_OF_TEN_MM.get(unit);
      if (power === undefined || value < 0) return undefined;
      return { kind: 'level', ...common, distanceMm: scaleByPowerOfTen(value, power) };
    }
    case 'fill':
      return ratioSample(value, unit, (fillRatio) => ({ kind: 'level', ...common, fillRatio }));
    case 'battery':
      if (/^m?v$/.test(unit)) return voltsSample(unit === 'v' ? value : scaleByPowerOfTen(value, -3), common);
      return ratioSample(value, unit, (batteryRatio) => ({ kind: 'health', ...common, batteryRatio }));
    case 'temperature':
      return { kind: 'health', ...common, temperatureC: unit === 'f' ? ((value - 32) * 5) / 9 : value };
    case 'rssi':
      return { kind: 'health', ...common, linkDbm: value };
    default:
      return undefined;
  }
}

/** Where the name tells whether a tare is off already. */
function netOrGross(name: string): { isNet?: boolean } {
  const last = lastLevel(name);
  if (/gross/i.test(last)) return { isNet: false };
  return /(^|[\s_-])net(?!work)/i.test(last) || /[a-z]Net(?!work)/.test(last) ? { isNet: true } : {};
}

/** A boolean beside the weight that tells of motion: `Stable`, `InMotion`. */
export function stableFlag(metric: NamedValue): boolean | undefined {
  if (typeof metric.value !== 'boolean') return undefined;
  const name = lastLevel(metric.name);
  if (/^(is[ _-]?)?(stable|steady|settled)$/i.test(name)) return metric.value;
  return /^(is[ _-]?)?(in[ _-]?motion|motion|unstable|moving)$/i.test(name) ? !metric.value : undefined;
}

/** Metrics of one scale stand under one path: `Scale1/Weight`, `Scale1/Stable`. */
export function groupOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

function guess(metric: NamedValue): Meaning | undefined {
  const name = lastLevel(metric.name);
  const unit = canonicalUnit(metric.unit ?? unitInName(name));
  const isLoad =
    /weight|gross|\bnet\b|net[ _-]|mass\b/i.test(name) && !/tare|limit|max|min|target|set ?point/i.test(name);
  if (/tare|limit|target|set ?point|threshold/i.test(name)) return undefined;
  if (unit !== '' && isMassUnit(unit)) return { quantity: 'weight', unit };
  if (isLoad && unit === '') return { quantity: 'raw', unit };
  if (/temp(erature)?([ _-]?[cf])?$/i.test(name) && /^[cf]?$/.test(unit)) return { quantity: 'temperature', unit };
  if (/batt(ery)?/i.test(name) && /^(%|m?v)$/.test(unit)) return { quantity: 'battery', unit };
  if (/^rssi/i.test(name) && /^(dbm)?$/.test(unit)) return { quantity: 'rssi', unit };
  if (/level|fill/i.test(name) && unit === '%') return { quantity: 'fill', unit };
  if (/distance|ullage/i.test(name) && POWER_OF_TEN_MM.has(unit)) return { quantity: 'distance', unit };
  const isCount = /^(pieces?|pcs|items?|stock)([ _-]?(count|qty|quantity))?$|^(quantity|qty|count)$/i.test(name);
  return isCount || /^(pcs|pieces?|ea|each)$/.test(unit) ? { quantity: 'count', unit } : undefined;
}

function parseMeaning(told: string, unitOfMetric: string | undefined): Meaning | undefined {
  const match = MEANING_PATTERN.exec(told);
  if (!match?.[1]) return undefined;
  return { quantity: match[1] as Quantity, unit: canonicalUnit(match[2] ?? unitOfMetric ?? '') };
}

/** `Weight_kg`, `Weight (kg)`, `Weight [g]`, `Temperature C`. */
function unitInName(name: string): string {
  return /[ _([-](kg|g|mg|t|lbs?|oz|mm|cm|m|%|percent|pct|pcs|c|f|dbm|m?v)[)\]]?$/i.exec(name)?.[1] ?? '';
}

function canonicalUnit(unit: string): string {
  const lower = unit
    .trim()
    .toLowerCase()
    .replace(/^(deg(ree)?s?|°|º)\s*/, '');
  const names: Readonly<Record<string, string>> = {
    celsius: 'c',
    fahrenheit: 'f',
    percent: '%',
    pct: '%',
    kilograms: 'kg',
    kilogram: 'kg',
    pounds: 'lb',
    pound: 'lb',
    ounces: 'oz',
    millimeters: 'mm',
    centimeters: 'cm',
    meters: 'm',
    volts: 'v',
    volt: 'v',
  };
  return names[lower] ?? lower;
}

function ratioSample(value: number, unit: string, make: (ratio: number) => Sample): Sample | undefined {
  const ratio = unit === '%' ? scaleByPowerOfTen(value, -2) : value;
  return ratio >= 0 && ratio <= 1 ? make(ratio) : undefined;
}

function voltsSample(volts: number, common: SampleCommon): Sample | undefined {
  return volts >= 0 ? { kind: 'health', ...common, batteryVolts: volts } : undefined;
}

function numberOf(value: NamedValue['value']): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function lastLevel(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).trim();
}
