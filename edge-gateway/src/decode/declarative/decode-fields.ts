import type { DecodeResult, RejectedEntry } from '../decoder.ts';
import { multiplyDecimals } from '../exact-mass.ts';
import { measuredSample } from '../measured-value.ts';
import { failure } from '../result.ts';
import type { Sample } from '../sample.ts';
import type { FIELD_TYPES, FieldRule } from './rules.ts';

type FieldType = (typeof FIELD_TYPES)[number];

/** What the field table finds in the bytes. A field of another frame kind (`when`, `fPort`) is not looked for. */
export function decodeFields(
  payload: Uint8Array,
  fPort: number | undefined,
  rules: readonly FieldRule[],
): DecodeResult {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const samples: Sample[] = [];
  const rejected: RejectedEntry[] = [];
  for (const rule of rules) {
    if (!applies(rule, view, fPort)) continue;
    const raw = readField(view, rule);
    if (raw === undefined) {
      return failure('truncated', `The frame has ${payload.length} bytes and ends before the field at ${rule.at}.`);
    }
    if (rule.invalid.includes(raw)) continue;
    const value = scaled(raw, rule);
    const sample = measuredSample(value, rule.unit, rule.sensorId === undefined ? {} : { sensorId: rule.sensorId });
    if (sample !== undefined) samples.push(sample);
    else rejected.push({ kind: 'out-of-range', detail: `${value} at byte ${rule.at} cannot be ${rule.unit}.` });
  }
  return { ok: true, samples, ...(rejected.length > 0 && { rejected }) };
}

function applies(rule: FieldRule, view: DataView, fPort: number | undefined): boolean {
  // Without an envelope the port is not known, and the rule is tried.
  if (rule.fPort !== undefined && fPort !== undefined && rule.fPort !== fPort) return false;
  if (rule.when === undefined) return true;
  const at = placeOf(rule.when.at, view);
  if (at < 0 || at >= view.byteLength) return false;
  const byte = view.getUint8(at);
  return (rule.when.mask === undefined ? byte : byte & rule.when.mask) === rule.when.equals;
}

function placeOf(at: number, view: DataView): number {
  return at < 0 ? view.byteLength + at : at;
}

function readField(view: DataView, { at, type, mask }: FieldRule): number | undefined {
  const place = placeOf(at, view);
  if (place < 0 || place + bytesOf(type) > view.byteLength) return undefined;
  const raw = readNumber(view, place, type);
  if (mask === undefined || mask === 0) return raw;
  const lowestBit = 31 - Math.clz32(mask & -mask);
  return ((raw & mask) >>> lowestBit) >>> 0;
}

function bytesOf(type: FieldType): number {
  return Number(/\d+/.exec(type)?.[0] ?? 8) / 8;
}

function readNumber(view: DataView, at: number, type: FieldType): number {
  const littleEndian = type.endsWith('le');
  switch (type) {
    case 'u8':
      return view.getUint8(at);
    case 'i8':
      return view.getInt8(at);
    case 'u16be':
    case 'u16le':
      return view.getUint16(at, littleEndian);
    case 'i16be':
    case 'i16le':
      return view.getInt16(at, littleEndian);
    case 'u24be':
      return view.getUint16(at) * 256 + view.getUint8(at + 2);
    case 'u24le':
      return view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
    case 'u32be':
    case 'u32le':
      return view.getUint32(at, littleEndian);
    case 'i32be':
    case 'i32le':
      return view.getInt32(at, littleEndian);
    default:
      return view.getFloat32(at, littleEndian);
  }
}

function scaled(raw: number, { scale, offset }: FieldRule): number {
  return Number.isFinite(raw) ? Number((multiplyDecimals(raw, scale) + offset).toPrecision(15)) : raw;
}
