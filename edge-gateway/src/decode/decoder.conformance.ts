import { describe, expect, test } from 'vitest';

import {
  bytesOfFrame,
  casesOfModel,
  type CaseFrame,
  type DecoderCase,
  decoderOfModel,
  folderOfModel,
} from './decoder-case.ts';
import type { DecodeResult, Decoder, DecoderModel, Frame } from './decoder.ts';
import { problemsOfResult, timed } from './result-check.ts';
import { seededBytes, seededRandom } from './seeded-random.ts';

const RANDOM_FRAMES = 2_000;
const RECEIVED_AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
/** Generous: the point is "does not hang", not a benchmark. */
const FRAME_CPU_MS_MAX = 250;

/**
 * What every decoder promises, whatever it is made for: its golden cases; that a cut, a flipped bit or noise never
 * throws, hangs or gives a value that is none; and that the same frames always give the same answer.
 */
export function describeDecoder(model: DecoderModel, findModel: (id: string) => DecoderModel | undefined): void {
  const cases = casesOfModel(model.id);
  const make = (one?: DecoderCase): Decoder =>
    decoderOfModel(model, one?.constants ?? {}, one?.inside === undefined ? undefined : findModel(one.inside));

  describe(`the decoder ${model.id}`, () => {
    test('has a folder with at least one golden case', () => {
      expect(folderOfModel(model.id)).toBeDefined();
      expect(cases.length).toBeGreaterThan(0);
    });

    test.each(cases.map((one) => [one.name, one] as const))('decodes the case %s', (_name, one) => {
      const decoder = make(one);
      for (const frame of one.before) decodeAll(model, decoder, frame, one);
      expectCase(one, decodeAll(model, decoder, one, one));
    });

    test('answers every prefix of every case without throwing', () => {
      for (const one of cases) {
        const bytes = bytesOfFrame(one, one, model);
        for (let length = 0; length < bytes.length; length += 1) {
          expectSound(make(one), { ...frameOf(one), payload: bytes.subarray(0, length) });
        }
      }
    });

    test('answers flipped bits and random bytes without throwing', () => {
      const random = seededRandom(20_260_102);
      const decoders = cases.length > 0 ? cases.map((one) => [make(one), one] as const) : [];
      for (let round = 0; round < RANDOM_FRAMES; round += 1) {
        const [decoder, one] = decoders[round % decoders.length] ?? [undefined, undefined];
        if (!decoder || !one) return;
        const noise = seededBytes(random, Math.floor(random() * 300));
        expectSound(decoder, { ...frameOf(one), payload: noise });
        const flipped = Uint8Array.from(bytesOfFrame(one, one, model));
        const at = Math.floor(random() * flipped.length);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(random() * 8));
        expectSound(decoder, { ...frameOf(one), payload: flipped });
      }
    });

    test('gives the same answer to the same frames', () => {
      for (const one of cases) {
        const answers = [make(one), make(one)].map((decoder) =>
          [...one.before, one].map((frame) => decodeAll(model, decoder, frame, one)),
        );
        expect(answers[0]).toEqual(answers[1]);
      }
    });

    if (model.createFramer !== undefined) describeFramer(model, cases);
  });
}

function describeFramer(model: DecoderModel, cases: readonly DecoderCase[]): void {
  test('cuts the same frames however the stream is chunked', () => {
    for (const one of cases) {
      const bytes = bytesOfFrame(one, one, model);
      const whole = model.createFramer?.().push(bytes) ?? [];
      const framer = model.createFramer?.();
      const single = [...bytes].flatMap((byte) => framer?.push(Uint8Array.of(byte)) ?? []);
      expect(single.map(hex)).toEqual(whole.map(hex));
    }
  });

  test('finds its frames again after garbage and a reset', () => {
    for (const one of cases) {
      const bytes = bytesOfFrame(one, one, model);
      const fresh = model.createFramer?.().push(bytes) ?? [];
      const framer = model.createFramer?.();
      framer?.push(seededBytes(seededRandom(7), 70_000));
      framer?.reset();
      expect((framer?.push(bytes) ?? []).map(hex)).toEqual(fresh.map(hex));
    }
  });
}

/** One payload through the framer, where there is one: all its samples, or its first failure. */
function decodeAll(model: DecoderModel, decoder: Decoder, frame: CaseFrame, one: DecoderCase): DecodeResult[] {
  const bytes = bytesOfFrame(frame, one, model);
  const payloads = model.createFramer ? model.createFramer().push(bytes) : [bytes];
  return payloads.map((payload) => decoder.decode({ ...frameOf(frame), payload }));
}

function frameOf(frame: CaseFrame): Omit<Frame, 'payload'> {
  return {
    receivedAtMs: frame.receivedAtMs ?? RECEIVED_AT_MS,
    ...(frame.topic !== undefined && { topic: frame.topic }),
    ...(frame.retained !== undefined && { retained: frame.retained }),
    ...(frame.fPort !== undefined && { fPort: frame.fPort }),
  };
}

function expectCase(one: DecoderCase, results: readonly DecodeResult[]): void {
  const failed = results.find((result) => !result.ok);
  if (one.failure === undefined) {
    expect(failed, 'no frame of the case fails').toBeUndefined();
    expect(results.flatMap((result) => (result.ok ? result.samples : []))).toEqual(one.samples);
    if (one.rejected !== undefined) {
      expect(results.flatMap((result) => (result.ok ? (result.rejected ?? []) : []))).toHaveLength(one.rejected);
    }
  } else {
    expect(failed).toMatchObject({ ok: false, kind: one.failure });
  }
  if (one.reply === undefined) return;
  const reply = results.map((result) => result.reply).find((given) => given !== undefined);
  if ('hex' in one.reply) expect(reply?.to === 'connection' && hex(reply.bytes)).toBe(one.reply.hex);
  else expect(reply?.to === 'topic' && reply.topic).toBe(one.reply.topic);
}

function expectSound(decoder: Decoder, frame: Frame): void {
  const { result, cpuMs } = timed(() => decoder.decode(frame));
  const problems = problemsOfResult(result);
  if (problems.length > 0) expect(problems, `payload ${hex(frame.payload)}`).toEqual([]);
  if (cpuMs > FRAME_CPU_MS_MAX) expect.fail(`${cpuMs} ms for the payload ${hex(frame.payload)}`);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
