import { z } from 'zod';

import type { DecodeResult, Decoder, DecoderModel, Frame } from '../decoder.ts';
import { scaleByPowerOfTen } from '../exact-mass.ts';
import { type JsonObject, asFiniteNumber, asNumberOrNumeral, asText, parseJsonObject } from '../json-payload.ts';
import { parseDeviceTime } from '../local-time.ts';
import { measuredSample } from '../measured-value.ts';
import { failure, understood } from '../result.ts';
import type { HealthSample, Sample, SampleCommon } from '../sample.ts';
import { unixTimeMs } from '../unix-time.ts';

const buttonAction = z.enum(['order', 'delivered']);
const constantsSchema = z.object({
  actions: z
    .record(z.string(), buttonAction)
    .default({ single: 'order' })
    .describe('action of the device (single, double, hold, on, 1_single, …) → what it means'),
  units: z
    .record(z.string(), z.string())
    .optional()
    .describe('property → its unit, for what has none of its own: weight: kg, distance: cm, soil_moisture: %'),
  countFrom: z
    .string()
    .optional()
    .describe('a property that is true while something lies there (occupancy, presence): 1 piece or 0'),
});
type Constants = z.infer<typeof constantsSchema>;

/** Properties whose unit zigbee2mqtt fixes for all devices, and which say how full something is or how far. */
const KNOWN_UNITS: ReadonlyMap<string, string> = new Map([
  ['liquid_level_percent', '%'],
  ['fill_level', '%'],
  ['tank_level', '%'],
  ['distance', 'm'],
  ['weight', 'g'],
]);

/** Any one of these makes a JSON object a message of zigbee2mqtt, where no topic says so. */
const TELLTALE = [
  'linkquality', 'last_seen', 'action', 'battery', 'battery_low', 'occupancy', 'contact', 'water_leak', 'update',
  'liquid_depth', 'liquid_state',
] as const; // prettier-ignore

/** The longest actions are names of buttons and gestures. */
const ACTION_BYTES_MAX = 64;

function decode(frame: Frame, constants: Constants): DecodeResult {
  const other = isOtherTopic(frame.topic);
  // bridge/state, <device>/availability and commands to devices: bare words or JSON, and never a measurement.
  if (other) return understood();
  const action = bareAction(frame);
  if (action !== undefined) return understood(buttonSamples({ action }, constants, {}));
  const parsed = parseJsonObject(frame.payload);
  if ('failed' in parsed) return parsed.failed;
  const fields = parsed.object;
  const ours = TELLTALE.some((name) => name in fields) || [...KNOWN_UNITS.keys()].some((name) => name in fields);
  if (!ours && frame.topic?.startsWith('zigbee2mqtt/') !== true) {
    return failure('unknown-type', 'The JSON has none of the properties that zigbee2mqtt publishes.');
  }
  const common = timeOf(fields['last_seen']);
  return understood([
    ...buttonSamples(fields, constants, common),
    ...measuredSamples(fields, constants, common),
    ...healthSamples(fields, common),
  ]);
}

function isOtherTopic(topic: string | undefined): boolean {
  return topic !== undefined && /(^|\/)bridge(\/|$)|\/(availability|set|get)(\/|$)/.test(topic);
}

/** `<device>/action` brings the bare word for one moment, for automations that cannot wait for a property to change. */
function bareAction({ topic, payload }: Frame): string | undefined {
  if (topic?.endsWith('/action') !== true || payload.length > ACTION_BYTES_MAX) return undefined;
  const text = new TextDecoder().decode(payload).trim();
  return /^[\w+-]*$/.test(text) ? text : undefined;
}

/** `last_seen` is ISO 8601 (in UTC or with an offset) or Unix ms, as the bridge is set; by default it is not sent. */
function timeOf(lastSeen: unknown): SampleCommon {
  const text = asText(lastSeen);
  const number = asFiniteNumber(lastSeen);
  const observedAtMs = text === undefined ? number && unixTimeMs(number) : parseDeviceTime(text);
  return observedAtMs === undefined ? {} : { observedAtMs };
}

/** An empty action is what the bridge publishes after each press, to reset others' state. */
function buttonSamples(fields: JsonObject, constants: Constants, common: SampleCommon): Sample[] {
  const name = asText(fields['action']);
  if (name === undefined || !Object.hasOwn(constants.actions, name)) return [];
  const meaning = constants.actions[name];
  return meaning === undefined ? [] : [{ kind: 'button', ...common, action: meaning }];
}

function measuredSamples(fields: JsonObject, constants: Constants, common: SampleCommon): Sample[] {
  const units = new Map([...KNOWN_UNITS, ...Object.entries(constants.units ?? {})]);
  const samples = [...units].flatMap(([name, unit]): Sample[] => {
    // How deep the liquid is, from the ground up: no distance to its surface, and the percent says it already.
    if (name === 'liquid_depth') return [];
    const value = Object.hasOwn(fields, name) ? asNumberOrNumeral(fields[name]) : undefined;
    const sample = value === undefined ? undefined : measuredSample(value, unit, { ...common, sensorId: name });
    return sample === undefined ? [] : [sample];
  });
  const presence = constants.countFrom === undefined ? undefined : fields[constants.countFrom];
  if (typeof presence === 'boolean') samples.push({ kind: 'count', ...common, pieces: presence ? 1 : 0 });
  return samples;
}

/** `linkquality` is an LQI of 0…255 and cannot be told in dBm. `voltage` is mV. */
function healthSamples(fields: JsonObject, common: SampleCommon): Sample[] {
  const percent = asNumberOrNumeral(fields['battery']);
  const millivolts = asNumberOrNumeral(fields['voltage']);
  const temperatureC = asNumberOrNumeral(fields['temperature']) ?? asNumberOrNumeral(fields['device_temperature']);
  const health: HealthSample = {
    kind: 'health',
    ...common,
    ...(percent !== undefined && percent >= 0 && percent <= 100 && { batteryRatio: scaleByPowerOfTen(percent, -2) }),
    // Mains-powered plugs report their line's volts under the same name.
    ...(percent !== undefined &&
      millivolts !== undefined &&
      millivolts > 0 && { batteryVolts: scaleByPowerOfTen(millivolts, -3) }),
    ...(temperatureC !== undefined && { temperatureC }),
  };
  return 'batteryRatio' in health || 'batteryVolts' in health || 'temperatureC' in health ? [health] : [];
}

export const zigbee2mqttModel: DecoderModel<typeof constantsSchema> = {
  id: 'zigbee2mqtt',
  title: 'Zigbee sensors and buttons by zigbee2mqtt (JSON)',
  input: 'payload',
  encoding: 'utf8',
  constantsSchema,
  create: ({ constants }): Decoder => ({ decode: (frame) => decode(frame, constants) }),
};
