import type { DecodeResult, Decoder, DecoderModel, Framer } from '../decoder.ts';
import { failure, quote, understood } from '../result.ts';
import type { Sample } from '../sample.ts';
import { type ScaleState, readPoundsAndOunces, readScaleValue } from '../scale-value.ts';
import { asciiBytes, decodeTextLine, sevenBits } from '../serial-text.ts';

const ETX = 0x03;
const FRAME_BYTES_MAX = 128;

/** Status bytes, one character each; bits 4 and 5 are always set, so the characters begin at "0". */
const BYTE_1 = { motion: 0x01, ramError: 0x04, eepromError: 0x08 } as const;
const BYTE_2 = { underCapacity: 0x01, overCapacity: 0x02, romError: 0x04, faultyCalibration: 0x08 } as const;
const BYTE_3 = { net: 0x04, initialZeroError: 0x08 } as const;

const WEIGHT = /^(?<number>-? ?[\d.]*\d[\d.]*) ?(?<unit>[a-z%]{1,3})$/i;
const POUNDS_AND_OUNCES = /^(?<pounds>-? ?\d+) ?LB ?(?<ounces>[\d.]*\d[\d.]*) ?OZ$/i;
/** SCP-02 puts an S before the status bytes, SCP-01 nothing. With bits 4 and 5 set, no status byte is itself an S. */
const STATUS = /^S?([0-?p-\u007f]{1,4})$/;

/** The end of a frame is ETX: the weight and its status are two lines of one answer. */
function createNciFramer(): Framer {
  let frame: number[] = [];
  let overlong = false;
  return {
    push(chunk) {
      const frames: Uint8Array[] = [];
      for (const byte of chunk) {
        if ((byte & 0x7f) === ETX) {
          if (frame.length > 0 && !overlong) frames.push(Uint8Array.from(frame));
          frame = [];
          overlong = false;
        } else if (frame.length === FRAME_BYTES_MAX) {
          overlong = true;
        } else {
          frame.push(byte);
        }
      }
      return frames;
    },
    reset() {
      frame = [];
      overlong = false;
    },
  };
}

function decodeAnswer(answer: string): DecodeResult {
  const lines = answer
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll('\x03', '').trim().replaceAll(/\s+/g, ' '))
    .filter((line) => line !== '');
  const [first, second, ...more] = lines;
  if (first === undefined) return failure('truncated', 'The answer is empty.');
  if (more.length > 0) return failure('malformed', `${quote(answer)} has more than a weight and a status.`);
  // The scale did not recognise the command.
  if (first === '?' && second === undefined) return understood();
  if (second === undefined) {
    const status = readStatus(first);
    if (status !== undefined) return status.result ?? understood();
    return isWeight(first)
      ? failure('truncated', `${quote(first)} comes without the status that says whether it moves.`)
      : failure('unknown-type', `${quote(first)} is no NCI answer.`);
  }
  const status = readStatus(second);
  if (status === undefined) return failure('malformed', `${quote(second)} is no NCI status.`);
  return status.result ?? decodeWeight(first, status.state);
}

function isWeight(text: string): boolean {
  return WEIGHT.test(text) || POUNDS_AND_OUNCES.test(text);
}

function decodeWeight(text: string, state: ScaleState): DecodeResult {
  const compound = POUNDS_AND_OUNCES.exec(text)?.groups;
  if (compound !== undefined) {
    return readPoundsAndOunces((compound['pounds'] ?? '').replace(' ', ''), compound['ounces'] ?? '', state, text);
  }
  const groups = WEIGHT.exec(text)?.groups;
  if (groups === undefined) return failure('malformed', `${quote(text)} is no weight with its unit.`);
  return readScaleValue((groups['number'] ?? '').replace(' ', ''), groups['unit'] ?? '', state, text);
}

/** `result`: what the status alone decides, because there is no usable weight. */
function readStatus(text: string): { state: ScaleState; result?: DecodeResult } | undefined {
  const match = STATUS.exec(text);
  if (match?.[1] === undefined || isWeight(text)) return undefined;
  const [byte1 = 0, byte2 = 0, byte3] = Array.from(match[1], (character) => character.charCodeAt(0));
  const state: ScaleState = {
    stability: (byte1 & BYTE_1.motion) === 0 ? 'stable' : 'unstable',
    ...(byte3 !== undefined && { isNet: (byte3 & BYTE_3.net) !== 0 }),
  };
  if ((byte1 & (BYTE_1.ramError | BYTE_1.eepromError)) !== 0) return faulty(state, 'a memory error');
  if ((byte2 & (BYTE_2.romError | BYTE_2.faultyCalibration)) !== 0) return faulty(state, 'a fault of its calibration');
  if ((byte2 & BYTE_2.overCapacity) !== 0) return ranged(state, { kind: 'range', condition: 'overload' });
  if ((byte2 & BYTE_2.underCapacity) !== 0) return ranged(state, { kind: 'range', condition: 'underload' });
  // Switched on with a load: there is no zero yet.
  if (byte3 !== undefined && (byte3 & BYTE_3.initialZeroError) !== 0) return { state, result: understood() };
  return { state };
}

function faulty(state: ScaleState, what: string): { state: ScaleState; result: DecodeResult } {
  return { state, result: failure('out-of-range', `The scale reports ${what}.`) };
}

function ranged(state: ScaleState, sample: Sample): { state: ScaleState; result: DecodeResult } {
  return { state, result: understood([sample]) };
}

export const nciModel: DecoderModel = {
  id: 'nci',
  title: 'NCI / Weigh-Tronix protocol (SCP-01, SCP-02), also Brecknell, Ohaus Aviator and others',
  input: 'stream',
  encoding: 'latin1',
  createFramer: createNciFramer,
  polling: { request: asciiBytes('W\r'), intervalMs: 500 },
  create: (): Decoder => ({ decode: (frame) => decodeTextLine(sevenBits(frame.payload), decodeAnswer) }),
};
