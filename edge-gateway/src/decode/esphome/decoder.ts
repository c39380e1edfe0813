import { z } from 'zod';

import type { DecodeResult, Decoder, DecoderModel, Frame } from '../decoder.ts';
import { exactGrams, parseDecimal, scaleByPowerOfTen } from '../exact-mass.ts';
import { failure, quote, understood } from '../result.ts';
import type { Sample, SampleCommon } from '../sample.ts';

const constantsSchema = z.object({
  unit: z
    .string()
    .optional()
    .describe('unit_of_measurement of the sensors: a mass, mm, cm, m, %, V, dBm, °C, pcs; none = raw HX711 counts'),
  units: z.record(z.string(), z.string()).optional().describe('unit by sensor name, where a device has several'),
  buttons: z
    .record(z.string(), z.enum(['order', 'delivered']))
    .optional()
    .describe('binary_sensor or event name → what its press means'),
});
type Constants = z.infer<typeof constantsSchema>;

/** The longest number ESPHome prints is far shorter; anything longer is no state. */
const TEXT_BYTES_MAX = 64;

const POWER_OF_TEN_MM: ReadonlyMap<string, number> = new Map([
  ['mm', 0],
  ['cm', 1],
  ['m', 3],
]);

interface StateTopic {
  component: string;
  name: string;
}

function decode(frame: Frame, constants: Constants): DecodeResult {
  const topic = frame.topic === undefined ? undefined : readTopic(frame.topic);
  if (topic === 'other') return understood();
  if (frame.payload.length > TEXT_BYTES_MAX) return describeLongPayload(frame.payload);
  const text = new TextDecoder().decode(frame.payload).trim();
  if (topic !== undefined && topic.component !== 'sensor') return decodeEvent(topic, text, constants);
  if (text === 'online' || text === 'offline') return understood();
  // HX711 not ready, or a filter without a value yet: the sensor says that it has none.
  if (/^[+-]?(nan|inf|infinity)$/i.test(text) || text === 'unknown') return understood();
  const value = parseDecimal(text);
  if (value === undefined) {
    return failure(
      text === '' ? 'truncated' : 'malformed',
      `An ESPHome sensor state is a bare number, not ${quote(text)}.`,
    );
  }
  return decodeNumber(value, text, unitOf(topic?.name, constants), topic === undefined ? {} : { sensorId: topic.name });
}

/** `<prefix>/<component>/<name>/state`; the prefix may have levels of its own. `other`: a topic that holds no state. */
function readTopic(topic: string): StateTopic | 'other' {
  const levels = topic.split('/');
  const [component, name, last] = levels.slice(-3);
  if (levels.length < 3 || component === undefined || name === undefined || last !== 'state') return 'other';
  return { component, name };
}

function unitOf(name: string | undefined, constants: Constants): string | undefined {
  const named = ownEntry(constants.units, name);
  if (named !== undefined) return named;
  // ESPHome's own wifi_signal sensor, which nearly every configuration has, must not become a weight of −60 kg.
  return name?.endsWith('wifi_signal') === true ? 'dBm' : constants.unit;
}

/** Names come from a topic, so "constructor" must not find what every object inherits. */
function ownEntry<Value>(record: Record<string, Value> | undefined, name: string | undefined): Value | undefined {
  return record !== undefined && name !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

function decodeNumber(value: number, text: string, unit: string | undefined, common: SampleCommon): DecodeResult {
  if (unit === undefined || unit === '') return understood([{ kind: 'raw', ...common, counts: value }]);
  const grams = exactGrams(text, unit);
  if (grams !== undefined) return understood([{ kind: 'weight', ...common, grams, stability: 'unknown' }]);
  const sample = sampleInUnit(value, unit.trim().toLowerCase(), common);
  if (sample === 'out-of-range')
    return failure('out-of-range', `${value} ${unit} is outside what such a sensor can tell.`);
  if (sample === undefined)
    return failure('needs-constants', `The unit ${quote(unit)} is none that a reading can have.`);
  return understood([sample]);
}

function sampleInUnit(value: number, unit: string, common: SampleCommon): Sample | 'out-of-range' | undefined {
  const powerOfTenMm = POWER_OF_TEN_MM.get(unit);
  if (powerOfTenMm !== undefined) {
    return value < 0
      ? 'out-of-range'
      : { kind: 'level', ...common, distanceMm: scaleByPowerOfTen(value, powerOfTenMm) };
  }
  switch (unit) {
    case 'pcs':
      return value < 0 || !Number.isSafeInteger(value) ? 'out-of-range' : { kind: 'count', ...common, pieces: value };
    case '%':
      return value < 0 || value > 100
        ? 'out-of-range'
        : { kind: 'level', ...common, fillRatio: scaleByPowerOfTen(value, -2) };
    case 'battery%':
      return value < 0 || value > 100
        ? 'out-of-range'
        : { kind: 'health', ...common, batteryRatio: scaleByPowerOfTen(value, -2) };
    case 'v':
      return value < 0 ? 'out-of-range' : { kind: 'health', ...common, batteryVolts: value };
    case 'dbm':
      return { kind: 'health', ...common, linkDbm: value };
    case '°c':
    case 'c':
      return { kind: 'health', ...common, temperatureC: value };
    default:
      return undefined;
  }
}

function decodeEvent(topic: StateTopic, text: string, constants: Constants): DecodeResult {
  const action = ownEntry(constants.buttons, topic.name);
  const pressed = text === 'ON' || (topic.component === 'event' && text !== '');
  if (action === undefined || !pressed) return understood();
  return understood([{ kind: 'button', sensorId: topic.name, action }]);
}

/** Without a topic a long payload can still be told: discovery answers are JSON objects and hold no reading. */
function describeLongPayload(payload: Uint8Array): DecodeResult {
  const text = new TextDecoder().decode(payload).trim();
  if (text.startsWith('{') && /"(platform|mac|state_topic|stat_t|event_type)"/.test(text)) return understood();
  return failure('malformed', 'An ESPHome sensor state is a bare number; this payload is far longer.');
}

export const esphomeModel: DecoderModel<typeof constantsSchema> = {
  id: 'esphome',
  title: 'ESPHome sensor states over MQTT (bare text on <prefix>/sensor/<name>/state)',
  input: 'payload',
  encoding: 'utf8',
  constantsSchema,
  create: ({ constants }): Decoder => ({ decode: (frame) => decode(frame, constants) }),
};
