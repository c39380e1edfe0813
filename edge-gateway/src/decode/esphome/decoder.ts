import { z } from 'zod';

import type { DecodeResult, Decoder, DecoderModel, Frame } from '../decoder.ts';
import { parseDecimal } from '../exact-mass.ts';
import { isMeasuredUnit, measuredSample } from '../measured-value.ts';
import { failure, quote, understood } from '../result.ts';
import type { SampleCommon } from '../sample.ts';
import { unitByName } from './sensor-name.ts';

const constantsSchema = z.object({
  unit: z
    .string()
    .optional()
    .describe(
      'unit_of_measurement of the sensors: a mass, mm, cm, m, %, V, dBm, °C, pcs; none = raw HX711 counts; names like temperature, battery or distance tell their own',
    ),
  units: z.record(z.string(), z.string()).optional().describe('unit by sensor name, where a device has several'),
  buttons: z
    .record(z.string(), z.enum(['order', 'delivered']))
    .optional()
    .describe('binary_sensor or event name → what its press means'),
});
type Constants = z.infer<typeof constantsSchema>;

/** The longest number ESPHome prints is far shorter; anything longer is no state. */
const TEXT_BYTES_MAX = 64;

/** Components whose state is no number that was measured. */
const OTHER_COMPONENTS: ReadonlySet<string> = new Set([
  'alarm_control_panel', 'binary_sensor', 'button', 'camera', 'climate', 'cover', 'date', 'datetime', 'event', 'fan',
  'light', 'lock', 'media_player', 'number', 'select', 'switch', 'text', 'time', 'update', 'valve',
]); // prettier-ignore

/** Of a device, whose meaning is remembered. */
const TOPICS_MAX = 64;
const TEXT = new TextDecoder();

interface StateTopic {
  component: string;
  name: string;
}

/** What the topic and the constants say of a payload: found once for each topic of the device, which has a few. */
interface TopicMeaning {
  topic: StateTopic | 'other' | undefined;
  unit: string | undefined;
  common: SampleCommon;
}

function meaningOf(topicText: string | undefined, constants: Constants): TopicMeaning {
  const topic = topicText === undefined ? undefined : readTopic(topicText);
  if (topic === 'other') return { topic, unit: undefined, common: {} };
  const unit = unitOf(topic?.name, constants);
  // Where the units of a device's sensors are listed, those not in the list (uptime, version, …) are not asked for.
  const isUnlisted = unit === undefined && topic !== undefined && constants.units !== undefined;
  return { topic, unit: isUnlisted ? 'none' : unit, common: topic === undefined ? {} : { sensorId: topic.name } };
}

function decode(frame: Frame, { topic, unit, common }: TopicMeaning, constants: Constants): DecodeResult {
  if (topic === 'other') return understood();
  if (topic !== undefined && topic.component !== 'sensor') return decodeEvent(topic, frame.payload, constants);
  if (unit === 'none') return understood();
  if (frame.payload.length > TEXT_BYTES_MAX) return describeLongPayload(frame.payload);
  const text = TEXT.decode(frame.payload).trim();
  if (text === 'online' || text === 'offline') return understood();
  const value = parseDecimal(text);
  if (value === undefined) {
    // HX711 not ready, or a filter without a value yet: the sensor says that it has none.
    if (/^[+-]?(nan|inf|infinity)$/i.test(text) || text === 'unknown') return understood();
    return failure(
      text === '' ? 'truncated' : 'malformed',
      `An ESPHome sensor state is a bare number, not ${quote(text)}.`,
    );
  }
  return decodeNumber(value, text, unit, common);
}

/**
 * `<prefix>/<component>/<name>/state`; the prefix may have levels of its own, and a sensor's state_topic may be anything.
 * `other`: a topic that holds no state.
 */
function readTopic(topic: string): StateTopic | 'other' {
  const levels = topic.split('/');
  const last = levels.at(-1) ?? '';
  if (/^(status|debug|config|command)$/.test(last) || topic.startsWith('esphome/discover/')) return 'other';
  if (last !== 'state') return { component: 'sensor', name: last || 'state' };
  const component = levels.at(-3) ?? '';
  return { component: OTHER_COMPONENTS.has(component) ? component : 'sensor', name: levels.at(-2) || 'state' };
}

function unitOf(name: string | undefined, constants: Constants): string | undefined {
  const named = ownEntry(constants.units, name);
  if (named !== undefined) return named;
  if (name === undefined) return constants.unit;
  const inferred = unitByName(name, constants.unit);
  // Where units are listed, a name alone makes nothing a reading, save the signal that ESPHome itself names.
  return constants.units !== undefined && constants.unit === undefined && inferred !== 'dBm' ? undefined : inferred;
}

/** Names come from a topic, so "constructor" must not find what every object inherits. */
function ownEntry<Value>(record: Record<string, Value> | undefined, name: string | undefined): Value | undefined {
  return record !== undefined && name !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

function decodeNumber(value: number, text: string, unit: string | undefined, common: SampleCommon): DecodeResult {
  if (unit === undefined || unit === '') return understood([{ kind: 'raw', ...common, counts: value }]);
  const sample = measuredSample(text, unit, common);
  if (sample !== undefined) return understood([sample]);
  return isMeasuredUnit(unit)
    ? failure('out-of-range', `${quote(text)} ${unit} is outside what such a sensor can tell.`)
    : failure('needs-constants', `The unit ${quote(unit)} is none that a reading can have.`);
}

function decodeEvent(topic: StateTopic, payload: Uint8Array, constants: Constants): DecodeResult {
  const text = new TextDecoder().decode(payload.subarray(0, TEXT_BYTES_MAX)).trim();
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
  title: 'ESPHome sensor states over MQTT (bare text on PREFIX/sensor/NAME/state)',
  input: 'payload',
  encoding: 'utf8',
  constantsSchema,
  create: ({ constants }): Decoder => {
    const meanings = new Map<string | undefined, TopicMeaning>();
    return {
      decode: (frame) => {
        let meaning = meanings.get(frame.topic);
        if (!meaning) {
          meaning = meaningOf(frame.topic, constants);
          if (meanings.size < TOPICS_MAX) meanings.set(frame.topic, meaning);
        }
        return decode(frame, meaning, constants);
      },
    };
  },
};
