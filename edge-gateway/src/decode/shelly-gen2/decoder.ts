import { z } from 'zod';

import type { DecodeResult, Decoder, DecoderModel, Frame } from '../decoder.ts';
import { scaleByPowerOfTen } from '../exact-mass.ts';
import { type JsonObject, asFiniteNumber, asObject, asText, parseJson } from '../json-payload.ts';
import { measuredSample } from '../measured-value.ts';
import { failure, understood } from '../result.ts';
import type { Sample, SampleCommon } from '../sample.ts';
import { unixTimeMs } from '../unix-time.ts';

const action = z.enum(['order', 'delivered', 'none']);
const constantsSchema = z.object({
  unit: z
    .string()
    .optional()
    .describe(
      'unit of xvoltage, xpercent and xcounts, which the device computes by its own expression: a mass, mm, cm, m, %',
    ),
  singlePush: action.default('order').describe('what one press of a button or input means'),
  doublePush: action.optional(),
  longPush: action.optional(),
});
type Constants = z.infer<typeof constantsSchema>;

/** Values that an expression set up in the device makes of the measured one; their unit is the installer's. */
const EXPRESSION_FIELDS = ['xvoltage', 'xpercent', 'xcounts', 'xvalue'] as const;

/** Times before this are seconds since power-up of a device whose clock is not set yet. */
const CLOCK_SET_MS = Date.UTC(2010, 0, 1);

function decode(frame: Frame, constants: Constants): DecodeResult {
  const parsed = parseJson(frame.payload);
  // <id>/online carries the bare words true and false.
  if ('failed' in parsed) return isOnlineTopic(frame.topic) ? understood() : parsed.failed;
  if (typeof parsed.value === 'boolean' && frame.topic?.endsWith('/online') === true) return understood();
  const message = asObject(parsed.value);
  if (message === undefined) return failure('unknown-type', 'The JSON is no object, so it is no Shelly message.');
  const ofTopic = componentOfTopic(frame.topic);
  if (ofTopic !== undefined) return understood(componentSamples(ofTopic, message, {}, constants));
  switch (asText(message['method'])) {
    case 'NotifyStatus':
    case 'NotifyFullStatus':
      return decodeStatus(asObject(message['params']) ?? {}, constants);
    case 'NotifyEvent':
      return decodeEvents(asObject(message['params']) ?? {}, constants);
    case undefined:
      return decodeAnswer(message, constants);
    default:
      return understood();
  }
}

function isOnlineTopic(topic: string | undefined): boolean {
  return topic?.endsWith('/online') === true;
}

/** <id>/status/<component>: the component's status alone, without a time. */
function componentOfTopic(topic: string | undefined): string | undefined {
  const match = topic === undefined ? null : /\/status\/([a-z0-9]+(?::\d+)?)$/.exec(topic);
  return match?.[1];
}

/** The answer to Shelly.GetStatus, with the same components as a full status; over HTTP it comes without the envelope. */
function decodeAnswer(message: JsonObject, constants: Constants): DecodeResult {
  const isAnswer = asText(message['src']) !== undefined;
  if (isAnswer && asObject(message['error']) !== undefined) return understood();
  const result = isAnswer ? asObject(message['result']) : bareStatus(message);
  if (result !== undefined) return decodeStatus({ ...result, ts: asObject(result['sys'])?.['unixtime'] }, constants);
  const detail =
    'The JSON has neither a method nor a result of a Shelly device; a status of one component needs its topic.';
  return failure('unknown-type', detail);
}

/** Nothing else has both the device's own `sys` and components with a number. */
function bareStatus(message: JsonObject): JsonObject | undefined {
  const isStatus =
    asObject(message['sys']) !== undefined && Object.keys(message).some((key) => /^[a-z]+:\d+$/.test(key));
  return isStatus ? message : undefined;
}

/** A partial status carries what changed; what is not in it is unknown, and never zero. */
function decodeStatus(params: JsonObject, constants: Constants): DecodeResult {
  const common = timeOf(params['ts']);
  const samples = Object.entries(params).flatMap(([component, status]) => {
    const fields = asObject(status);
    return fields === undefined ? [] : componentSamples(component, fields, common, constants);
  });
  return understood(samples);
}

function componentSamples(component: string, fields: JsonObject, time: SampleCommon, constants: Constants): Sample[] {
  if (component === 'wifi') {
    const linkDbm = asFiniteNumber(fields['rssi']);
    // 0 dBm is what a device without a connection reports.
    return linkDbm === undefined || linkDbm === 0 ? [] : [{ kind: 'health', ...time, linkDbm }];
  }
  const common = { ...time, sensorId: component };
  const samples: Sample[] = [...analogSamples(fields, common, constants)];
  const temperatureC = asFiniteNumber(fields['tC']) ?? asFiniteNumber(asObject(fields['temperature'])?.['tC']);
  if (temperatureC !== undefined) samples.push({ kind: 'health', ...common, temperatureC });
  const battery = asObject(fields['battery']);
  if (battery !== undefined) samples.push(...batterySamples(battery, common));
  return samples;
}

/** An expression's value goes before the measured one; without a unit, volts and counts are uncalibrated values. */
function analogSamples(fields: JsonObject, common: SampleCommon, constants: Constants): Sample[] {
  const unit = constants.unit;
  if (unit !== undefined) {
    const computed = EXPRESSION_FIELDS.map((name) => asFiniteNumber(fields[name])).find((value) => value !== undefined);
    const sample = computed === undefined ? undefined : measuredSample(computed, unit, common);
    if (sample !== undefined) return [sample];
  }
  const percent = asFiniteNumber(fields['percent']);
  if (percent !== undefined && percent >= 0 && percent <= 100) {
    return [{ kind: 'level', ...common, fillRatio: scaleByPowerOfTen(percent, -2) }];
  }
  // `voltage` is a measured input of a voltmeter only: of a switch it is the mains.
  const volts = common.sensorId?.startsWith('voltmeter:') === true ? asFiniteNumber(fields['voltage']) : undefined;
  return volts === undefined ? [] : [{ kind: 'raw', ...common, counts: scaleByPowerOfTen(volts, 3) }];
}

function batterySamples(battery: JsonObject, common: SampleCommon): Sample[] {
  const percent = asFiniteNumber(battery['percent']);
  const volts = asFiniteNumber(battery['V']);
  const health = {
    ...(percent !== undefined && percent >= 0 && percent <= 100 && { batteryRatio: scaleByPowerOfTen(percent, -2) }),
    ...(volts !== undefined && volts > 0 && { batteryVolts: volts }),
  };
  return Object.keys(health).length === 0 ? [] : [{ kind: 'health', ...common, ...health }];
}

function decodeEvents(params: JsonObject, constants: Constants): DecodeResult {
  const events = Array.isArray(params['events']) ? (params['events'] as unknown[]) : [];
  const meaning = new Map([
    ['single_push', constants.singlePush],
    ['double_push', constants.doublePush],
    ['long_push', constants.longPush],
  ]);
  const samples = events.flatMap((entry): Sample[] => {
    const event = asObject(entry);
    const pressed = meaning.get(asText(event?.['event']) ?? '');
    const sensorId = asText(event?.['component']);
    if (event === undefined || pressed === undefined || pressed === 'none' || sensorId === undefined) return [];
    return [{ kind: 'button', ...timeOf(event['ts'] ?? params['ts']), sensorId, action: pressed }];
  });
  return understood(samples);
}

/** Unix seconds with a fraction. */
function timeOf(seconds: unknown): SampleCommon {
  const value = asFiniteNumber(seconds);
  const observedAtMs = value === undefined ? undefined : unixTimeMs(value);
  return observedAtMs === undefined || observedAtMs < CLOCK_SET_MS ? {} : { observedAtMs };
}

export const shellyGen2Model: DecoderModel<typeof constantsSchema> = {
  id: 'shelly-gen2',
  title: 'Shelly Gen2 and later: inputs, buttons, voltmeter, temperature (events/rpc, status)',
  input: 'payload',
  encoding: 'utf8',
  constantsSchema,
  create: ({ constants }): Decoder => ({ decode: (frame) => decode(frame, constants) }),
};
