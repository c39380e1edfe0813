import { z } from 'zod';

import type { DecodeResult, Decoder, DecoderModel } from '../decoder.ts';
import { failure, quote, understood } from '../result.ts';
import { readScaleValue } from '../scale-value.ts';
import { latin1Text, sevenBits } from '../serial-text.ts';
import { LONG_FRAME_BYTES, SHORT_FRAME_BYTES, checksumOf, createToledoFramer } from './framer.ts';

const constantsSchema = z.object({
  fixedZeros: z
    .enum(['append', 'ignore'])
    .default('append')
    .describe('decimal point codes 0 and 1: Toledo appends two or one fixed zeros to the digits; some clones do not'),
});
type FixedZeros = z.infer<typeof constantsSchema>['fixedZeros'];

const STATUS_B = {
  net: 0x01,
  negative: 0x02,
  outOfRange: 0x04,
  motion: 0x08,
  kilograms: 0x10,
  notZeroed: 0x40,
} as const;
const STATUS_C = { expandedTenfold: 0x10 } as const;

/** Status word C, bits 0–2; 0 leaves it to bit 4 of word B. 6 is the short ton, 7 a unit of the user's. */
const UNITS: readonly (string | undefined)[] = [undefined, 'g', 't', 'oz', 'ozt', 'dwt', 'short ton', 'custom'];

/** Code 2 of status word A is a whole number; each code above it moves the point one place to the left. */
const WHOLE_NUMBER_CODE = 2;

function decodeFrame(payload: Uint8Array, fixedZeros: FixedZeros): DecodeResult {
  const length = [LONG_FRAME_BYTES, SHORT_FRAME_BYTES].find((bytes) => payload[bytes - 1] === 0x0d);
  if (payload[0] !== 0x02) return failure('unknown-type', 'The frame does not begin with STX.');
  if (length === undefined || payload.length > length + 1) {
    return failure('malformed', `${payload.length} bytes without CR at place ${LONG_FRAME_BYTES} are no Toledo frame.`);
  }
  const sent = payload[length];
  const computed = checksumOf(payload.subarray(0, length));
  if (sent !== undefined && (sent & 0x7f) !== computed) {
    return failure('bad-checksum', `The checksum is ${sent & 0x7f}, and the bytes before it give ${computed}.`);
  }
  const text = latin1Text(sevenBits(payload));
  return decodeWords(text.charCodeAt(1), text.charCodeAt(2), text.charCodeAt(3), text.slice(4, 10), fixedZeros);
}

function decodeWords(wordA: number, wordB: number, wordC: number, field: string, fixedZeros: FixedZeros): DecodeResult {
  const negative = (wordB & STATUS_B.negative) !== 0;
  if ((wordB & STATUS_B.outOfRange) !== 0) {
    return understood([{ kind: 'range', condition: negative ? 'underload' : 'overload' }]);
  }
  // After power-up and before its zero is taken, the number on the display is no weight.
  if ((wordB & STATUS_B.notZeroed) !== 0) return understood();
  if ((wordC & STATUS_C.expandedTenfold) !== 0) {
    return failure('out-of-range', 'The indicator is in its tenfold test display, which is no weighing mode.');
  }
  const digits = field.trim();
  if (!/^\d{1,6}$/.test(digits)) return failure('malformed', `${quote(field)} is no weight of six digits.`);
  const unit = UNITS[wordC & 0x07] ?? ((wordB & STATUS_B.kilograms) === 0 ? 'lb' : 'kg');
  const power = WHOLE_NUMBER_CODE - (wordA & 0x07);
  const exponent = power > 0 && fixedZeros === 'ignore' ? 0 : power;
  return readScaleValue(
    `${negative ? '-' : ''}${digits}e${exponent}`,
    unit,
    {
      stability: (wordB & STATUS_B.motion) === 0 ? 'stable' : 'unstable',
      isNet: (wordB & STATUS_B.net) !== 0,
    },
    field,
  );
}

export const toledoContinuousModel: DecoderModel<typeof constantsSchema> = {
  id: 'toledo-continuous',
  title: 'Toledo continuous output, with or without checksum and tare',
  input: 'stream',
  encoding: 'latin1',
  constantsSchema,
  createFramer: createToledoFramer,
  create: ({ constants }): Decoder => ({ decode: (frame) => decodeFrame(frame.payload, constants.fixedZeros) }),
};
