import { describe, expect, test } from 'vitest';

import { bytesOfFrame, casesOfModel, type DecoderCase, decoderOfModel } from '../decode/decoder-case.ts';
import type { DecoderModel } from '../decode/decoder.ts';
import { readingOfSample } from '../decode/reading-of-sample.ts';
import { DECODER_MODELS, findDecoderModel } from '../decode/registry.ts';
import type { Sample } from '../decode/sample.ts';
import { decodeFiles } from './decode-file.ts';
import type { FileEncoding } from './options.ts';

/** Any text is a state to ESPHome, and any bytes are fields to a table: these must be told that a file is hexadecimal. */
const TAKES_ANY_TEXT: ReadonlySet<string> = new Set(['esphome', 'declarative']);

const RECEIVED_AT_MS = 1_772_600_800_000;

/** Whatever form a file has, `npm run decode` reads of it what the decoder's golden case says. */
describe.each(DECODER_MODELS.map((model) => [model.id, model] as const))('a file for %s', (_id, model) => {
  const cases = casesOfModel(model.id).filter((one) => isPlain(one));

  test.each([
    ['the bytes as they are', (bytes: Buffer) => bytes, undefined],
    ['hexadecimal', (bytes: Buffer) => text(`${bytes.toString('hex')}\n`), 'hex'],
    ['hexadecimal in groups with a comment', (bytes: Buffer) => text(`# a capture\n${groups(bytes)}   # so\n`), 'hex'],
    ['hexadecimal that is not told', (bytes: Buffer) => text(groups(bytes)), undefined],
    ['base64', (bytes: Buffer) => text(`${bytes.toString('base64')}\n`), 'base64'],
  ] as const)('may hold %s', (form, write, encoding) => {
    for (const one of cases) {
      if (form.endsWith('not told') && TAKES_ANY_TEXT.has(model.id)) continue;
      expect(decode(model, one, write(bytesOf(one, model)), encoding), one.name).toEqual(expected(one));
    }
  });
});

/** One frame with readings, without what only an envelope or an earlier frame tells. */
function isPlain({ samples, before, fPort }: DecoderCase): boolean {
  return (samples?.length ?? 0) > 0 && before.length === 0 && fPort === undefined;
}

function decode(model: DecoderModel, one: DecoderCase, file: Uint8Array, encoding: FileEncoding | undefined) {
  const inside = one.inside === undefined ? undefined : findDecoderModel(one.inside);
  const outcome = decodeFiles([file], model, () => decoderOfModel(model, one.constants, inside), {
    model: model.id,
    constants: {},
    files: [],
    receivedAtMs: one.receivedAtMs ?? RECEIVED_AT_MS,
    deviceId: 'device',
    ...(one.topic !== undefined && { topic: one.topic }),
    ...(encoding && { encoding }),
  });
  return outcome.readings;
}

function expected(one: DecoderCase): unknown[] {
  const samples = (one.samples ?? []) as unknown as Sample[];
  return samples.flatMap((sample) => readingOfSample(sample, 'device', one.receivedAtMs ?? RECEIVED_AT_MS) ?? []);
}

function bytesOf(one: DecoderCase, model: DecoderModel): Buffer {
  return Buffer.from(bytesOfFrame(one, one, model));
}

function groups(bytes: Buffer): string {
  return bytes
    .toString('hex')
    .toUpperCase()
    .replace(/..(?=.)/g, '$& ');
}

function text(content: string): Buffer {
  return Buffer.from(content);
}
