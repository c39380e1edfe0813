import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { needsSharedData } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import { decoderOfModel } from './decoder-case.ts';
import type { DecodeResult } from './decoder.ts';
import { findDecoderModel } from './registry.ts';

/** Every payload of scales, level sensors and their envelopes that was handed out, against its own source notes. */

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));
const folder = join(projectRoot, '..', 'shared', 'payloads');

interface Options {
  constants?: Record<string, unknown>;
  inside?: string;
  topic?: string;
}

/** The file's frames, cut as its model cuts them. */
function decodeFile(modelId: string, file: string, options: Options = {}): DecodeResult[] {
  const model = findDecoderModel(modelId);
  if (model === undefined) throw new Error(`no model ${modelId}`);
  const inside = options.inside === undefined ? undefined : findDecoderModel(options.inside);
  const decoder = decoderOfModel(model, options.constants ?? {}, inside);
  const bytes = readFileSync(join(folder, file));
  const frames = file.endsWith('.hex') ? framesOfHex(bytes) : (model.createFramer?.().push(bytes) ?? [bytes]);
  return frames.map((payload) =>
    decoder.decode({ payload, receivedAtMs: 0, ...(options.topic !== undefined && { topic: options.topic }) }),
  );
}

/** One frame a line; `#` begins a comment. */
function framesOfHex(bytes: Uint8Array): Uint8Array[] {
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines
    .map((line) => line.replace(/#.*/, '').trim())
    .flatMap((hex) => (hex === '' ? [] : [Buffer.from(hex, 'hex')]));
}

/** Samples of frames that were understood; a failure stands in its place by its kind. */
function readingsOf(results: readonly DecodeResult[]): unknown[] {
  return results.flatMap((result): unknown[] => (result.ok ? result.samples : [result.kind]));
}

describe.runIf(needsSharedData('payloads', projectRoot))('the payloads handed out', () => {
  test('Tasmota STATUS10', () => {
    expect(readingsOf(decodeFile('tasmota', 'tasmota-hx711-status10.json'))).toEqual([
      { kind: 'weight', sensorId: 'HX711', grams: 0, stability: 'unknown' },
    ]);
  });

  test('ESPHome discovery answer is understood and holds no reading', () => {
    expect(readingsOf(decodeFile('esphome', 'esphome-discover-reply.json'))).toEqual([]);
  });

  test('MT-SICS responses', () => {
    expect(readingsOf(decodeFile('mt-sics', 'mettler-mtsics-responses.txt'))).toEqual([
      { kind: 'weight', grams: 100, stability: 'stable' },
      { kind: 'weight', grams: 123.45, stability: 'stable' },
      { kind: 'weight', grams: -10200, stability: 'unstable' },
      { kind: 'weight', grams: 2168, stability: 'stable' },
      { kind: 'weight', grams: -12.345, stability: 'unstable' },
      { kind: 'range', condition: 'overload' },
      { kind: 'range', condition: 'underload' },
      { kind: 'count', pieces: 10, stability: 'stable' },
    ]);
  });

  test('Milesight EM310, EM400 and EM500', () => {
    expect(readingsOf(decodeFile('milesight-em310-udl', 'milesight-em310-udl-ttn-example.hex'))).toEqual([
      { kind: 'level', distanceMm: 2116 },
      { kind: 'health', batteryRatio: 0.92 },
    ]);
    expect(readingsOf(decodeFile('milesight-em400-udl', 'milesight-em400-tld-uplink.hex'))).toEqual([
      { kind: 'level', distanceMm: 2116 },
      { kind: 'health', batteryRatio: 0.92, temperatureC: 25.7 },
    ]);
    expect(readingsOf(decodeFile('milesight-em400-udl', 'milesight-em400-nbiot-frame.hex'))).toEqual([
      { kind: 'level', distanceMm: 315 },
      { kind: 'health', batteryRatio: 1, temperatureC: 26.7, linkDbm: -95 },
    ]);
    expect(readingsOf(decodeFile('milesight-em500-udl', 'milesight-em500-udl-uplink.hex'))).toEqual([
      { kind: 'level', distanceMm: 30 },
      { kind: 'health', batteryRatio: 1 },
    ]);
  });

  test('Decentlab LIDAR', () => {
    expect(readingsOf(decodeFile('decentlab-dl-lid', 'decentlab-dl-lid-lidar-uplink.hex'))).toEqual([
      { kind: 'level', distanceMm: 4507 },
      { kind: 'health', batteryVolts: 2.749 },
      { kind: 'health', batteryVolts: 2.749 },
    ]);
  });

  test('Decentlab weight: the same frame under the constants of two devices, and under none', () => {
    const file = 'decentlab-dl-dws-weight-uplink.hex';
    const dws = { f02: 232_263_168, s: 0.000_302_459, m0: 1370 };
    const [weight, ...others] = readingsOf(decodeFile('decentlab-dl-dws', file, { constants: dws }));
    expect(weight).toMatchObject({ kind: 'weight', grams: expect.closeTo(2390.410_136_851_233, 9) as number });
    expect(others).toEqual([
      { kind: 'health', batteryVolts: 3.168 },
      { kind: 'health', batteryVolts: 3.168 },
    ]);
    const kl66 = { f0: 15_383.72, k: 46.4859 };
    const [lighter] = readingsOf(decodeFile('decentlab-dl-dws', file, { constants: kl66 }));
    expect(lighter).toMatchObject({ kind: 'weight', grams: expect.closeTo(-47.506_689_639_934_7, 9) as number });
    expect(readingsOf(decodeFile('decentlab-dl-dws', file))).toEqual([
      'needs-constants',
      { kind: 'health', batteryVolts: 3.168 },
    ]);
  });

  test('Dragino LDDS04', () => {
    expect(readingsOf(decodeFile('dragino-ldds75', 'dragino-ldds04-uplink.hex'))).toEqual([
      { kind: 'level', sensorId: '1', distanceMm: 790 },
      { kind: 'level', sensorId: '2', distanceMm: 792 },
      { kind: 'level', sensorId: '3', distanceMm: 794 },
      { kind: 'level', sensorId: '4', distanceMm: 789 },
      { kind: 'health', batteryVolts: 3.402 },
    ]);
  });

  test('ChirpStack v4: the uplink tells its signal, the other events nothing', () => {
    expect(readingsOf(decodeFile('chirpstack-v4', 'chirpstack-v4-up.json'))).toEqual([
      { kind: 'health', observedAtMs: Date.parse('2022-07-18T09:34:15.775Z'), linkDbm: -36 },
    ]);
    for (const event of ['join', 'ack', 'txack', 'status', 'log']) {
      expect(readingsOf(decodeFile('chirpstack-v4', `chirpstack-v4-${event}.json`)), event).toEqual([]);
    }
  });

  test('The Things Stack v3', () => {
    expect(readingsOf(decodeFile('tts-v3', 'tts-v3-uplink.json'))).toEqual([
      { kind: 'health', observedAtMs: Date.parse('2020-02-12T15:15:45.789Z'), linkDbm: -35 },
    ]);
  });

  test('Sartorius SBI', () => {
    expect(readingsOf(decodeFile('sartorius-sbi', 'sartorius-sbi-16.txt'))).toEqual([
      { kind: 'weight', grams: 123.56, stability: 'stable' },
      { kind: 'weight', grams: 1255.7, stability: 'stable' },
      { kind: 'count', pieces: 253, stability: 'stable' },
      { kind: 'range', condition: 'underload' },
      { kind: 'range', condition: 'overload' },
    ]);
  });

  test('Ohaus', () => {
    const weight = (grams: number, stability = 'stable') => ({ kind: 'weight', grams, stability });
    expect(readingsOf(decodeFile('ohaus', 'ohaus-output.txt'))).toEqual([
      weight(0),
      weight(12.73, 'unstable'),
      weight(12.72, 'unstable'),
      weight(12.757_285_406_25),
      weight(16.867_966_259_375, 'unstable'),
      { kind: 'count', pieces: 3, stability: 'unstable' },
      { kind: 'count', pieces: 3, stability: 'stable' },
      weight(24.097_094_656_25),
      weight(200),
      weight(311, 'unstable'),
      weight(211, 'unstable'),
      weight(192.21),
      weight(0.01, 'unstable'),
      weight(0.01),
      weight(176.3, 'unstable'),
      weight(192.08),
    ]);
  });

  test('A&D', () => {
    const range = (condition: string) => ({ kind: 'range', condition });
    const weight = (grams: number, stability = 'stable') => ({ kind: 'weight', grams, stability });
    expect(readingsOf(decodeFile('aandd', 'aandd-standard-format.txt'))).toEqual([
      weight(1.27),
      weight(-183.69, 'unstable'),
      range('overload'),
      range('underload'),
      weight(1234.5),
      { kind: 'count', pieces: 12_345, stability: 'stable' },
      range('overload'),
      range('underload'),
      weight(1234),
      { kind: 'count', pieces: 1234, stability: 'stable' },
      weight(1234),
      weight(0.2556),
      range('overload'),
    ]);
  });

  test('Shelly notifications: the full status tells temperature and signal, the partial ones nothing', () => {
    const model = findDecoderModel('shelly-gen2');
    const lines = readFileSync(join(folder, 'shelly-gen2-events-rpc.ndjson'), 'utf8').trim().split('\n');
    const decoder = model && decoderOfModel(model, {});
    const results = lines.map((line) => decoder?.decode({ payload: Buffer.from(line), receivedAtMs: 0 }));
    const observedAtMs = 1_736_604_018_380;
    expect(results.map((result) => (result?.ok === true ? result.samples : result))).toEqual([
      [],
      [],
      [],
      [
        { kind: 'health', observedAtMs, sensorId: 'switch:0', temperatureC: 48.4 },
        { kind: 'health', observedAtMs, linkDbm: -58 },
      ],
      [],
      [],
    ]);
  });

  test('Modbus requests are understood and hold no reading', () => {
    const results = decodeFile('modbus-loadcell', 'modbus-flintec-ft13-requests.hex');
    expect(results).toHaveLength(5);
    expect(readingsOf(results)).toEqual([]);
  });
});
