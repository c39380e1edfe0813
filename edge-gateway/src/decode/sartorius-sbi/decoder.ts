import { z } from 'zod';

import type { DecodeResult, Decoder, DecoderModel } from '../decoder.ts';
import { createLineFramer } from '../line-framer.ts';
import { failure, quote, understood } from '../result.ts';
import { readScaleValue } from '../scale-value.ts';
import { asciiBytes, decodeTextLine } from '../serial-text.ts';

const constantsSchema = z.object({
  unit: z.string().default('g').describe('unit of a moving value before the first stable one has named it'),
});

/** Of the six-character identifiers, those that name what lies on the balance now. */
const LOAD_IDS: ReadonlySet<string> = new Set(['', 'N', 'N1', 'N2', 'G', 'G#', 'Qnt', 'Prc', 'Net', 'Gross']);

const VALUE =
  /^(?<id>[A-Za-z][\w#%.-]{0,5})?\s*(?<sign>[+-])?\s*(?<number>[\d.,[\]]*\d[\d.,[\]]*)\s*(?<unit>[^\d\s]*)$/;

/** Takes the state that SBI hides: a moving value is sent without its unit. */
function createDecoder(unitAtStart: string): Decoder {
  let unitSeen = unitAtStart;

  function decodeValue(line: string): DecodeResult {
    const match = VALUE.exec(line.trim());
    if (match === null) return failure('unknown-type', `${quote(line)} is no SBI output.`);
    const { id = '', sign = '', number = '', unit = '' } = match.groups ?? {};
    if (!LOAD_IDS.has(id)) return understood();
    const result = readScaleValue(`${sign}${number}`, unit === '' ? unitSeen : unit, stateOf(id, unit), line);
    if (result.ok && unit !== '') unitSeen = unit;
    return result;
  }

  return {
    decode: (frame) => decodeTextLine(frame.payload, (line) => decodeSpecial(line) ?? decodeValue(line)),
  };
}

function stateOf(id: string, unit: string) {
  const stability = unit === '' ? ('unstable' as const) : ('stable' as const);
  if (id === '') return { stability };
  return { stability, isNet: id.startsWith('N') };
}

/** Outputs without a number: out of range, between two modes, calibrating, faults. */
function decodeSpecial(line: string): DecodeResult | undefined {
  const text = line.replace(/^\s*Stat\b/, '').trim();
  if (/^(High|H{1,2}|H H)$/i.test(text)) return understood([{ kind: 'range', condition: 'overload' }]);
  if (/^(Low|L{1,2}|L L)$/i.test(text)) return understood([{ kind: 'range', condition: 'underload' }]);
  if (/^(-\s*-|C|Cal\.?.*|OFF)?$/i.test(text)) return understood();
  const fault = /^Err\.?\s*(\d+)/i.exec(text);
  return fault === null ? undefined : failure('out-of-range', `The balance reports error ${fault[1]}.`);
}

export const sartoriusSbiModel: DecoderModel<typeof constantsSchema> = {
  id: 'sartorius-sbi',
  title: 'Sartorius and Minebea Intec balances, SBI output of 16 or 22 characters',
  input: 'stream',
  encoding: 'latin1',
  constantsSchema,
  createFramer: () => createLineFramer(),
  // ESC P: print now, whether stable or not.
  polling: { request: asciiBytes('\x1bP\r\n'), intervalMs: 500 },
  create: ({ constants }): Decoder => createDecoder(constants.unit),
};
