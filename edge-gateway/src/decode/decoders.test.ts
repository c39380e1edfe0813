import { describe, expect, test } from 'vitest';

import { describeDecoder } from './decoder.conformance.ts';
import { DECODER_MODELS, findDecoderModel } from './registry.ts';

describe('every decoder of the registry', () => {
  test('has an id of its own', () => {
    const ids = DECODER_MODELS.map((model) => model.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  for (const model of DECODER_MODELS) describeDecoder(model, findDecoderModel);
});
