import { z } from 'zod';

import type { DecodeResult, Decoder, DecoderModel } from '../decoder.ts';
import { createLineFramer } from '../line-framer.ts';
import { failure, quote, understood } from '../result.ts';
import { readScaleValue } from '../scale-value.ts';
import { asciiBytes, decodeTextLine, sevenBits } from '../serial-text.ts';

const constantsSchema = z.object({
  unit: z.string().optional().describe('the unit the scale is set to; without it 0.000 is kg and 0.00 is lb'),
});

/** Bits of the status byte; bit 6 is always 1 and bit 7 the parity. */
const STATUS = { motion: 0x01, overCapacity: 0x02, underZero: 0x04 } as const;

/** The protocol names no unit; the manual has three decimals for kilograms and two for pounds. */
const UNIT_OF_DECIMALS: ReadonlyMap<number, string> = new Map([
  [3, 'kg'],
  [2, 'lb'],
]);

function decodeAnswer(answer: string, unitSet: string | undefined): DecodeResult {
  // A byte of the line noise before STX is no part of the answer.
  const text = answer.slice(answer.lastIndexOf('\x02') + 1).trim();
  if (text.startsWith('?')) return decodeStatus(text.slice(1));
  // E, F: echo mode on and off; nothing: confidence test accepted; @: all tests passed.
  if (/^[EF@]?$/.test(text) || text === 'Ehello' || text === 'hello') return understood();
  const match = /^(\d*\.?\d*)(N?)$/.exec(text);
  if (match === null) return failure('unknown-type', `${quote(text)} is no answer of an 8217 scale.`);
  const [, number = '', net] = match;
  const unit = unitSet ?? UNIT_OF_DECIMALS.get(number.split('.')[1]?.length ?? 0);
  if (unit === undefined) {
    return failure(
      'needs-constants',
      `${quote(text)} names no unit: the device needs the constant unit (kg, lb, g, oz).`,
    );
  }
  // The scale sends a weight only when nothing moves, and a status otherwise.
  return readScaleValue(number, unit, { stability: 'stable', isNet: net === 'N' }, text);
}

function decodeStatus(status: string): DecodeResult {
  if (status.length === 0) return failure('truncated', 'The answer ends before its status byte.');
  const bits = status.charCodeAt(0);
  if ((bits & STATUS.overCapacity) !== 0) return understood([{ kind: 'range', condition: 'overload' }]);
  if ((bits & STATUS.underZero) !== 0) return understood([{ kind: 'range', condition: 'underload' }]);
  return understood();
}

export const mt8217Model: DecoderModel<typeof constantsSchema> = {
  id: 'mt-8217',
  title: 'Mettler Toledo 8217 (and 8213) till scales, polled with W',
  input: 'stream',
  encoding: 'latin1',
  constantsSchema,
  createFramer: () => createLineFramer({ sevenBits: true }),
  polling: { request: asciiBytes('W'), intervalMs: 500 },
  create: ({ constants }): Decoder => ({
    decode: (frame) => decodeTextLine(sevenBits(frame.payload), (line) => decodeAnswer(line, constants.unit)),
  }),
};
