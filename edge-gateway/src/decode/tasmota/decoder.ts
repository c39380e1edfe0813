import { z } from 'zod';

import type { DecodeResult, Decoder, DecoderModel, Frame, RejectedEntry } from '../decoder.ts';
import { exactGrams, scaleByPowerOfTen } from '../exact-mass.ts';
import {
  type JsonObject,
  asFiniteNumber,
  asNumberOrNumeral,
  asObject,
  asText,
  parseJsonObject,
} from '../json-payload.ts';
import { isTimeZone, parseDeviceTime } from '../local-time.ts';
import { failure, quote, understood } from '../result.ts';
import type { Sample, SampleCommon } from '../sample.ts';
import { resultOfEntries } from '../tag-entries.ts';

const constantsSchema = z.object({
  weightFrom: z
    .enum(['Weight', 'WeightRaw', 'AbsRaw'])
    .default('Weight')
    .describe('Weight: kg, tared and clamped at 0 by the driver; WeightRaw: g, neither; AbsRaw: counts of the HX711'),
  timeZone: z.string().refine(isTimeZone, 'an IANA time zone').optional().describe("the zone of the device's clock"),
  distanceUnits: z
    .record(z.string(), z.enum(['mm', 'cm', 'm']))
    .default({})
    .describe('unit of Distance by the name of its sensor, for drivers that are not listed'),
  buttonAction: z.enum(['order', 'delivered', 'none']).default('order').describe('what one press of a button means'),
});
type Constants = z.infer<typeof constantsSchema>;
type Entry = Sample | RejectedEntry;

/** Millimetres per unit of `Distance`, by the driver that prints it. */
const DISTANCE_POWER_OF_TEN: ReadonlyMap<string, number> = new Map([
  ['VL53L0X', 0],
  ['VL53L1X', 0],
  ['TOF10120', 0],
  ['SR04', 1],
  ['ME007', 1],
  ['DYP', 1],
]);

/** Presses that mean the press itself; HOLD and CLEAR are how Tasmota ends or configures. */
const PRESSES: ReadonlySet<string> = new Set(['SINGLE', 'ON', 'TOGGLE', '10']);

function decode(frame: Frame, constants: Constants): DecodeResult {
  if (isLastWill(frame.payload)) return understood();
  const parsed = parseJsonObject(frame.payload);
  if ('failed' in parsed) return parsed.failed;
  const root = parsed.object;
  const body = asObject(root['StatusSNS']) ?? asObject(root['StatusSTS']) ?? root;
  if (!looksLikeTasmota(root, body)) {
    return failure(
      'unknown-type',
      'The JSON is no Tasmota message: it has neither Time nor a Status or sensor object.',
    );
  }
  const time = asText(body['Time']);
  const observedAtMs = time === undefined ? undefined : parseDeviceTime(time, constants.timeZone);
  const common: SampleCommon = observedAtMs === undefined ? {} : { observedAtMs };
  const toCelsius = body['TempUnit'] === 'F' ? fromFahrenheit : (value: number) => value;
  const entries: Entry[] = [];
  for (const key of Object.keys(body)) {
    const fields = asObject(body[key]);
    if (fields === undefined) continue;
    const named: SampleCommon = observedAtMs === undefined ? { sensorId: key } : { observedAtMs, sensorId: key };
    if (key === 'HX711') entries.push(...weightSamples(fields, constants, named));
    else if (key === 'Wifi') entries.push(...signalSamples(fields, common));
    else if (key.startsWith('Button') && /^Button\d+$/.test(key))
      entries.push(...buttonSamples(fields, constants, named));
    else addEnvironment(entries, key, fields, toCelsius, named, constants);
  }
  return resultOfEntries(entries);
}

function weightSamples(fields: JsonObject, constants: Constants, common: SampleCommon): Sample[] {
  const value = asNumberOrNumeral(fields[constants.weightFrom]);
  if (value === undefined) return [];
  if (constants.weightFrom === 'AbsRaw') return [{ kind: 'raw', ...common, counts: value }];
  const grams = exactGrams(value, constants.weightFrom === 'Weight' ? 'kg' : 'g');
  const samples: Sample[] = grams === undefined ? [] : [{ kind: 'weight', ...common, grams, stability: 'unknown' }];
  const pieces = asFiniteNumber(fields['Count']);
  if (pieces !== undefined && Number.isSafeInteger(pieces) && pieces >= 0)
    samples.push({ kind: 'count', ...common, pieces });
  return samples;
}

function signalSamples(fields: JsonObject, common: SampleCommon): Sample[] {
  // `RSSI` is a quality in percent despite its name; `Signal` is dBm.
  const linkDbm = asFiniteNumber(fields['Signal']);
  return linkDbm === undefined ? [] : [{ kind: 'health', ...common, linkDbm }];
}

function buttonSamples(fields: JsonObject, constants: Constants, common: SampleCommon): Sample[] {
  const pressed = PRESSES.has(asText(fields['Action']) ?? '');
  return pressed && constants.buttonAction !== 'none'
    ? [{ kind: 'button', ...common, action: constants.buttonAction }]
    : [];
}

function addEnvironment(
  entries: Entry[],
  key: string,
  fields: JsonObject,
  toCelsius: (value: number) => number,
  common: SampleCommon,
  { distanceUnits }: Constants,
): void {
  const distance = asFiniteNumber(fields['Distance']);
  if (distance !== undefined && distance >= 0) {
    const power = powerOfTenMm(key, distanceUnits);
    entries.push(
      power === undefined
        ? {
            kind: 'needs-constants',
            detail: `The unit of ${quote(key)}.Distance is not known: name it in distanceUnits.`,
          }
        : { kind: 'level', ...common, distanceMm: scaleByPowerOfTen(distance, power) },
    );
  }
  const temperature = asFiniteNumber(fields['Temperature']);
  if (temperature !== undefined) entries.push({ kind: 'health', ...common, temperatureC: toCelsius(temperature) });
}

function powerOfTenMm(key: string, told: Constants['distanceUnits']): number | undefined {
  const unit = Object.hasOwn(told, key) ? told[key] : undefined;
  if (unit !== undefined) return { mm: 0, cm: 1, m: 3 }[unit];
  return DISTANCE_POWER_OF_TEN.get(key) ?? DISTANCE_POWER_OF_TEN.get(key.replace(/[-_]\d+$/, ''));
}

function fromFahrenheit(value: number): number {
  return ((value - 32) * 5) / 9;
}

function looksLikeTasmota(root: JsonObject, body: JsonObject): boolean {
  if (body !== root || typeof body['Time'] === 'string') return true;
  return Object.keys(root).some((key) => /^(HX711|Status[A-Z0-9]*|Button\d+|POWER\d*)$/.test(key));
}

function isLastWill(payload: Uint8Array): boolean {
  if (payload.length > 8) return false;
  const text = new TextDecoder().decode(payload).trim();
  return text === 'Online' || text === 'Offline';
}

export const tasmotaModel: DecoderModel<typeof constantsSchema> = {
  id: 'tasmota',
  title: 'Tasmota with an HX711 load cell, a distance sensor or a button (SENSOR, STATUS8/10, STATE)',
  input: 'payload',
  encoding: 'utf8',
  constantsSchema,
  create: ({ constants }): Decoder => ({ decode: (frame) => decode(frame, constants) }),
};
