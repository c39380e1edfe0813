import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { bytesOfFrame, casesOfModel, decoderOfModel } from './decoder-case.ts';
import { DECODER_MODELS } from './registry.ts';

const REPEATS = 40;
/** Garbage may look like the head of a frame and take what follows with it, once; Modbus frames are up to 260 bytes. */
const LOST_MAX = 30;

/** Scales that send or answer for ever: after whatever came before, and in whatever pieces, their values come again. */
const streams = DECODER_MODELS.filter(isOnSerialLine).flatMap((model) =>
  casesOfModel(model.id)
    .filter((one) => one.failure === undefined && (one.samples?.length ?? 0) > 0 && one.before.length === 0)
    .map((one) => [`${model.id}: ${one.name}`, model, one] as const),
);

/**
 * LLRP runs over TCP only, where a stream begins with a frame; its binary lengths give nothing to find the way back by,
 * and bytes that look like a head with a long length take what follows with them until the connection is made anew.
 */
function isOnSerialLine(model: (typeof DECODER_MODELS)[number]): boolean {
  return model.createFramer !== undefined && model.id !== 'llrp';
}

describe('a stream that began with garbage', () => {
  test.each(streams)('is read again: %s', (_name, model, one) => {
    const bytes = bytesOfFrame(one, one, model);
    const repeated = Buffer.concat(Array.from({ length: REPEATS }, () => bytes));
    const last = one.samples?.at(-1);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: bytes.length - 1 }), (garbage, cut) => {
        const framer = model.createFramer?.();
        const decoder = decoderOfModel(model, one.constants);
        // Plugged in in the middle of a frame.
        const stream = Buffer.concat([garbage, bytes.subarray(cut), repeated]);
        const frames = [
          ...(framer?.push(stream.subarray(0, 100)) ?? []),
          ...(framer?.push(stream.subarray(100)) ?? []),
        ];
        const samples = frames.flatMap((payload) => {
          const result = decoder.decode({ payload, receivedAtMs: 0 });
          return result.ok ? result.samples : [];
        });
        const found = samples.filter((sample) => JSON.stringify(sample) === JSON.stringify(samples.at(-1)));
        expect(samples.at(-1)).toMatchObject(last ?? {});
        expect(found.length).toBeGreaterThanOrEqual(REPEATS - LOST_MAX);
      }),
      { numRuns: 25 },
    );
  });
});
