import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { folderOfModel } from './decoder-case.ts';
import { describeDecoder } from './decoder.conformance.ts';
import type { DecodeResult } from './decoder.ts';
import { fuzzDecoder } from './fuzz.ts';
import { DECODER_MODELS, findDecoderModel } from './registry.ts';

describe('every decoder of the registry', () => {
  test('has an id of its own', () => {
    const ids = DECODER_MODELS.map((model) => model.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has its README, and no folder with a decoder is left out', () => {
    const folders = DECODER_MODELS.map((model) => folderOfModel(model.id) ?? '');
    expect(folders.filter((folder) => !existsSync(join(folder, 'README.md')))).toEqual([]);
    const here = new URL('.', import.meta.url).pathname;
    const withDecoder = readdirSync(here).filter((name) => existsSync(join(here, name, 'decoder.ts')));
    expect(withDecoder.filter((name) => !folders.includes(join(here, name)))).toEqual([]);
  });

  for (const model of DECODER_MODELS) describeDecoder(model, findDecoderModel);
});

describe('the fuzzer', () => {
  // A short run of `npm run fuzz`; the long one has 10 million bytes.
  test.each(DECODER_MODELS.map((model) => model.id))('finds nothing in %s', (id) => {
    const model = findDecoderModel(id);
    const report = model && fuzzDecoder(model, findDecoderModel, 40_000, 20_261_122);
    expect(report?.bytes).toBeGreaterThanOrEqual(40_000);
  });

  test('would find a decoder that throws, and one that answers nonsense', () => {
    const [model] = DECODER_MODELS;
    if (!model) return;
    const throwing = { ...model, create: () => ({ decode: () => JSON.parse('{') as never }) };
    expect(() => fuzzDecoder(throwing, findDecoderModel, 1_000, 1)).toThrow(/seed 1.*JSON/);
    const nonsense: DecodeResult = { ok: true, samples: [{ kind: 'weight', grams: Number.NaN, stability: 'stable' }] };
    const lying = { ...model, create: () => ({ decode: () => nonsense }) };
    expect(() => fuzzDecoder(lying, findDecoderModel, 1_000, 1)).toThrow(/grams is NaN/);
  });
});
