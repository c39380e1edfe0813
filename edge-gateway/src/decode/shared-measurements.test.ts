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
  const frames = model.createFramer === undefined ? [bytes] : model.createFramer().push(bytes);
  return frames.map((payload) =>
    decoder.decode({ payload, receivedAtMs: 0, ...(options.topic !== undefined && { topic: options.topic }) }),
  );
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
});
