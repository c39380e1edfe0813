import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';

import type { Reading } from '@shelfwire/contract';

import { deviceIdOfTopic } from '../decode/device-of-topic.ts';
import { findDecoderModel } from '../decode/registry.ts';
import { MetricSchema, PayloadSchema } from '../decode/sparkplug-b/generated/sparkplug-b_pb.ts';
import { decodeFiles } from './decode-file.ts';
import { constantsOfModel } from './model-constants.ts';
import { type DecodeOptions, parseCommand } from './options.ts';
import {
  hexDigits,
  jsonTexts,
  topicAndPayload,
  withControlCharacters,
  withoutComment,
  withoutHexdumpColumns,
} from './text-pieces.ts';

const RECEIVED_AT_MS = 1_772_600_800_000;

function decode(modelId: string, text: string, options: Partial<DecodeOptions> = {}) {
  const model = findDecoderModel(modelId);
  if (!model) throw new Error(`${modelId} is not registered`);
  const constants = constantsOfModel(model, options.constants ?? {});
  if (!constants.success) throw constants.error;
  const all = { model: modelId, constants: {}, files: [], receivedAtMs: RECEIVED_AT_MS, ...options };
  return decodeFiles([Buffer.from(text)], model, () => model.create({ constants: constants.data }), all);
}

function gramsOf(readings: readonly Reading[]): (number | undefined)[] {
  return readings.map((reading) => (reading.kind === 'weight' ? reading.netGrams : undefined));
}

const EVENT = {
  timestamp: '2026-03-04T05:06:07.123Z',
  eventType: 'tagInventory',
  tagInventoryEvent: { epc: 'MHQle/cZTkAAABqF', antennaPort: 2, peakRssiCdbm: -5750 },
};

describe('a file', () => {
  test('may hold one JSON payload and gives contract readings', () => {
    expect(decode('impinj-r700', JSON.stringify(EVENT, undefined, 2)).readings).toEqual([
      {
        kind: 'tag',
        deviceId: 'device',
        observedAtMs: 1_772_600_767_123,
        receivedAtMs: RECEIVED_AT_MS,
        clockQuality: 'device',
        quality: 'good',
        epcUri: 'urn:epc:id:sgtin:0614141.812345.6789',
        epcHex: '3074257BF7194E4000001A85',
        presence: 'present',
        antenna: 2,
        rssiDbm: -57.5,
      },
    ]);
  });

  test('may hold an array, a JSON text a line with comments, or texts broken over lines', () => {
    const one = JSON.stringify(EVENT);
    const pretty = JSON.stringify(EVENT, undefined, 2);
    for (const text of [`[${one},${one}]`, `${one}\n# next\n${one} # twice\n`, `${pretty}\n${pretty}`]) {
      expect(decode('impinj-r700', text)).toMatchObject({ readings: [{ antenna: 2 }, { antenna: 2 }], failures: [] });
    }
  });

  test('may have a # inside its JSON', () => {
    const line = JSON.stringify({ ...EVENT, hostname: 'shelf # 3' });
    expect(decode('impinj-r700', `${line}\n${line}\n`)).toMatchObject({ framesUnderstood: 2, failures: [] });
  });

  test('may hold what mosquitto_sub -v prints', () => {
    const line = 'tele/scale-07/SENSOR {"Time":"2026-03-04T05:06:07","HX711":{"Weight":1.5}}';
    expect(decode('tasmota', line).readings).toMatchObject([{ deviceId: 'scale-07', netGrams: 1_500 }]);
  });

  test('of a scale may end its lines in LF, CR LF or with comments', () => {
    for (const end of ['\r\n', '\n', '   # shelf\n']) {
      const outcome = decode('mt-sics', ['S S    100.05 g', 'S D      7.5 g', 'S S      0.3 kg', ''].join(end));
      expect(gramsOf(outcome.readings)).toEqual([100.05, 7.5, 300]);
    }
  });

  test('of which a part fails gives the good part, and says where the bad one stands', () => {
    const outcome = decode('mt-sics', 'S S    100.05 g\r\nrubbish\r\nS S      7.5 g\r\n');
    expect(gramsOf(outcome.readings)).toEqual([100.05, 7.5]);
    expect(outcome.failures).toHaveLength(1);
    expect(outcome.failures[0]).toContain('rubbish');
  });

  test('in hexadecimal may carry comments and is recognised by itself', () => {
    const hex = Buffer.from('S S    100.05 g\r\n').toString('hex');
    expect(gramsOf(decode('mt-sics', `# a capture\n${hex}   # 100 g\n`).readings)).toEqual([100.05]);
    expect(gramsOf(decode('mt-sics', hex, { encoding: 'hex' }).readings)).toEqual([100.05]);
  });

  test('that makes no sense gives no reading and one sentence', () => {
    const outcome = decode('impinj-r700', 'not at all');
    expect(outcome).toMatchObject({ readings: [], framesUnderstood: 0 });
    expect(outcome.failures[0]).toMatch(/JSON/);
  });
});

test('a birth and its data may be given under one topic: the content says which is which', () => {
  const model = findDecoderModel('sparkplug-b');
  if (!model) throw new Error('sparkplug-b is not registered');
  const metric = { name: 'Weight_kg', alias: 3n, datatype: 10 };
  const files = [
    weightFile({ ...metric, value: { case: 'doubleValue', value: 12.345 } }),
    weightFile({ alias: 3n, value: { case: 'doubleValue', value: 12.4 } }),
  ];
  for (const type of ['DDATA', 'DBIRTH']) {
    const topic = `spBv1.0/plant/${type}/edge-1/shelf`;
    const options = { model: 'sparkplug-b', constants: {}, files: [], topic, receivedAtMs: RECEIVED_AT_MS };
    const outcome = decodeFiles(files, model, () => model.create({ constants: {} }), options);
    expect(outcome.failures).toEqual([]);
    expect(gramsOf(outcome.readings)).toEqual([12_345, 12_400]);
  }
});

function weightFile(metric: MessageInitShape<typeof MetricSchema>): Uint8Array {
  return toBinary(PayloadSchema, create(PayloadSchema, { metrics: [create(MetricSchema, metric)] }));
}

const noFile = (): string => {
  throw new RangeError('no file');
};

describe('the command line', () => {
  test('takes constants from a YAML file too', () => {
    const command = parseCommand(['--model', 'm', '--constants', '@rules.yaml', 'f'], () => 'fields:\n  - { at: 0 }\n');
    expect(command).toMatchObject({ options: { constants: { fields: [{ at: 0 }] } } });
  });

  test('reads models, encodings and constants', () => {
    expect(
      parseCommand(
        ['--model', 'm', '--inside', 'i', '--encoding', 'HEX', '--constants', 'a=1,b=x', '--topic', 't', 'f'],
        noFile,
      ),
    ).toEqual({
      kind: 'decode',
      options: { model: 'm', inside: 'i', encoding: 'hex', constants: { a: '1', b: 'x' }, topic: 't', files: ['f'] },
    });
  });

  test.each([
    [['f'], /--model/],
    [['--model', 'm'], /FILE/],
    [['--model', 'm', '--encoding', 'ebcdic', 'f'], /ebcdic/],
    [['--model', 'm', '--constants', 'nonsense', 'f'], /nonsense/],
    [['--wrong', 'f'], /--wrong/],
  ])('refuses %j with one sentence', (args, sentence) => {
    expect(() => parseCommand(args, noFile)).toThrow(sentence);
  });
});

test('names the device by what its family puts into the topic', () => {
  expect(deviceIdOfTopic('spBv1.0/plant/DDATA/edge-1/scale-2')).toBe('scale-2');
  expect(deviceIdOfTopic('spBv1.0/plant/NDATA/edge-1')).toBe('edge-1');
  expect(deviceIdOfTopic('application/9/device/a84041c2718254e1/event/up')).toBe('a84041c2718254e1');
  expect(deviceIdOfTopic('shellyplus1-08b61fd90730/events/rpc')).toBe('shellyplus1-08b61fd90730');
  expect(deviceIdOfTopic('shelf-1/sensor/weight/state')).toBe('shelf-1');
  expect(deviceIdOfTopic(undefined)).toBe('device');
});

test('cuts texts without taking data for comments', () => {
  expect(withoutComment('G#     +  12.5 g # note')).toBe('G#     +  12.5 g');
  expect(hexDigits('00000010: 00f0 001f  ....')).toBe('00f0001f');
  expect(hexDigits('0x01, 0x75 64 # battery')).toBe('017564');
  expect(hexDigits('01030002  # four bytes, not an offset')).toBe('01030002');
  expect(withoutHexdumpColumns('00000000  00 f0 00 1f  01 02   |......|\n00000006\n').trim()).toBe(
    '00 f0 00 1f  01 02',
  );
  expect(withoutHexdumpColumns('01030002\n')).toBe('01030002\n');
  expect(hexDigits('S S 1 g')).toBeUndefined();
  expect(jsonTexts('{"a":"}"} [1]\n{}')).toEqual(['{"a":"}"}', '[1]', '{}']);
  expect(jsonTexts('{"a":1} rest')).toBeUndefined();
  expect(topicAndPayload('a/b/c 12.5')).toEqual({ topic: 'a/b/c', payload: '12.5' });
  expect(topicAndPayload('10:58:18.1 MQT: tele/a/SENSOR = {"b":1} (retained)')).toEqual({
    topic: 'tele/a/SENSOR',
    payload: '{"b":1}',
  });
  expect(topicAndPayload(`z2m: MQTT publish: topic 'zigbee2mqtt/tank', payload '{"b":1}'`)).toEqual({
    topic: 'zigbee2mqtt/tank',
    payload: '{"b":1}',
  });
  expect(topicAndPayload('12.5 g')).toEqual({ payload: '12.5 g' });
  expect(withControlCharacters('<STX>1\\x0d')).toBe('\x021\r');
});
