import { createLineFramer } from '../line-framer.ts';
import type { DecodeResult, Decoder, DecoderModel } from '../decoder.ts';
import { parseDecimal } from '../exact-mass.ts';
import { failure, quote, understood } from '../result.ts';
import { readPieces, readScaleValue } from '../scale-value.ts';
import { decodeTextLine } from '../serial-text.ts';

/**
 * Commands whose answer is the weight on the scale. The standard answers `S …` to all of them; some indicators (IND226)
 * echo the command instead.
 */
const WEIGHT_COMMANDS: ReadonlySet<string> = new Set([
  'S', 'SI', 'SIR', 'SR', 'SNR', 'ST', 'SU', 'SIU', 'SIRU', 'SRU', 'SNRU', 'SC', 'SIC1', 'SIC2',
  'SIS', 'SIH', 'SFIR',
]); // prettier-ignore

/** Answers that carry no reading of the load: zero, tare, reset, inquiries, key and display commands. */
const OTHER_COMMANDS =
  /^(@|Z|ZI|ZC|T|TA|TAC|TI|TC|D|DW|K|C[0-9]*|I[0-9]+|M[0-9]+|A[0-9]+|PW|PWR|DAT|TIM|UPD|FCUT|USTB|RDB|SM[0-4])$/;

/** General errors: syntax, transmission, logic. The scale heard something else than we asked; the next poll asks again. */
const GENERAL_ERRORS: ReadonlySet<string> = new Set(['ES', 'ET', 'EL']);

function decodeLine(line: string): DecodeResult {
  const fields = line.trim().split(/\s+/);
  const [command = '', status] = fields;
  if (GENERAL_ERRORS.has(command) && fields.length === 1) return understood();
  if (command === 'PCS') return decodePieces(fields, line);
  if (command === 'SIX1') return decodeRecord(status, fields, line);
  if (WEIGHT_COMMANDS.has(command)) return decodeWeight(status, fields.slice(2), line);
  if (OTHER_COMMANDS.test(command)) return understood();
  return failure('unknown-type', `${quote(line)} is no MT-SICS response.`);
}

function decodeWeight(status: string | undefined, rest: readonly string[], line: string): DecodeResult {
  switch (status) {
    case '+':
      return understood([{ kind: 'range', condition: 'overload' }]);
    case '-':
      return understood([{ kind: 'range', condition: 'underload' }]);
    case 'I': // busy, or not stable within its timeout
    case 'L': // a parameter was wrong
    case 'A': // a command of this family was accepted
      return understood();
    case 'S':
    case 'D':
      return decodeValue(status === 'S' ? 'stable' : 'unstable', rest, line);
    case undefined:
      return failure('truncated', `${quote(line)} ends before the status character.`);
    default:
      return failure(
        'malformed',
        `${quote(line)} has the unknown status ${quote(status)}; known are S, D, I, +, - and L.`,
      );
  }
}

function decodeValue(stability: 'stable' | 'unstable', rest: readonly string[], line: string): DecodeResult {
  if (rest[0] === 'Error') return failure('out-of-range', `The scale reports error ${quote(rest.slice(1).join(' '))}.`);
  // A sign may stand apart from its digits.
  const joined = rest.join(' ').replace(/^([+-])\s+/, '$1');
  const match = /^(\S+)(?:\s+(\S+))?$/.exec(joined);
  if (match?.[1] === undefined) return failure('truncated', `${quote(line)} ends before the weight.`);
  const [, number, unit] = match;
  if (unit === undefined) return failure('truncated', `${quote(line)} ends before the unit.`);
  return readScaleValue(number, unit, { stability }, line);
}

/** Places in the record of SIX1, counted from the command. */
const SIX1 = { tareMode: 10, net: 12, unit: 14 } as const;

/**
 * IND360 and other process indicators: status, minimum weight, centre of zero, six fields of the display, range, tare mode
 * (N none, P preset, M weighed), gross, net, tare, unit.
 */
function decodeRecord(status: string | undefined, fields: readonly string[], line: string): DecodeResult {
  if (status !== 'S' && status !== 'D') return decodeWeight(status, [], line);
  const unit = fields[SIX1.unit];
  if (unit === undefined) return failure('truncated', `${quote(line)} ends before the unit.`);
  const isNet = fields[SIX1.tareMode] !== 'N';
  return readScaleValue(
    fields[SIX1.net] ?? '',
    unit,
    { stability: status === 'S' ? 'stable' : 'unstable', isNet },
    line,
  );
}

/** `PCS S 10`: the counting application's answer, with the weight commands' status characters. */
function decodePieces(fields: readonly string[], line: string): DecodeResult {
  const [, status, number] = fields;
  if (status !== 'S' && status !== 'D') return decodeWeight(status, [], line);
  const pieces = number === undefined ? undefined : parseDecimal(number);
  if (pieces === undefined) return failure('truncated', `${quote(line)} ends before the number of pieces.`);
  return readPieces(pieces, { stability: status === 'S' ? 'stable' : 'unstable' }, line);
}

export const mtSicsModel: DecoderModel = {
  id: 'mt-sics',
  title: 'Mettler Toledo MT-SICS scales over RS-232 or TCP',
  input: 'stream',
  encoding: 'latin1',
  createFramer: () => createLineFramer(),
  polling: { request: new TextEncoder().encode('SI\r\n'), intervalMs: 500 },
  create: (): Decoder => ({ decode: (frame) => decodeTextLine(frame.payload, decodeLine) }),
};
