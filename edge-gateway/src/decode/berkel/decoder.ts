import type { DecodeResult, Decoder, DecoderModel, Framer } from '../decoder.ts';
import { failure, quote, understood } from '../result.ts';
import { readScaleValue } from '../scale-value.ts';
import { latin1Text } from '../serial-text.ts';

const STX = 0x02;
const ETX = 0x03;
const ENQ = 0x05;
const ACK = 0x06;
const CR = 0x0d;
const DC1 = 0x11;
const NAK = 0x15;
const CAN = 0x18;
const NUL = 0x00;

/** STX, identifier, five digits, ETX, block check. */
const WEIGHT_FRAME_BYTES = 9;
/** Whole frames of one character: the scale's side of the handshake. */
const SINGLE: ReadonlySet<number> = new Set([NUL, ACK, NAK, CAN]);

const OUT_OF_RANGE_BIT = 0x10;

/** Bits 0–2 of the identifier: the scale's capacity, which fixes unit and decimals. */
const CAPACITIES: ReadonlyMap<number, { unit: string; decimals: number }> = new Map([
  [1, { unit: 'kg', decimals: 3 }], // 15 kg × 0.005 kg
  [2, { unit: 'lb', decimals: 2 }], // 30 lb × 0.01 lb
  [3, { unit: 'kg', decimals: 3 }], // 6 kg × 0.002 kg
]);

/** Seven bits and even parity; one character frames between the frames with STX. */
function createBerkelFramer(): Framer {
  let frame: number[] = [];
  return {
    push(chunk) {
      const frames: Uint8Array[] = [];
      for (const received of chunk) {
        const byte = received & 0x7f;
        if (frame.length === 0 && SINGLE.has(byte)) frames.push(Uint8Array.of(byte));
        if (frame.length === 0 && byte !== STX) continue;
        frame.push(byte);
        if (frame.length < WEIGHT_FRAME_BYTES) continue;
        frames.push(Uint8Array.from(frame));
        // A frame that does not end where it should began in the middle of another: go on at its next STX.
        const next = frame[WEIGHT_FRAME_BYTES - 2] === ETX ? -1 : frame.indexOf(STX, 1);
        frame = next < 0 ? [] : frame.slice(next);
      }
      return frames;
    },
    reset() {
      frame = [];
    },
  };
}

function decode(payload: Uint8Array): DecodeResult {
  const [first] = payload;
  if (payload.length === 1 && first !== undefined && SINGLE.has(first)) {
    // "Data available" is answered with "send it"; anything else waits for the next enquiry.
    return first === ACK ? { ...understood(), reply: reply(DC1) } : understood();
  }
  if (first !== STX)
    return failure('unknown-type', `${quote(latin1Text(payload.subarray(0, 20)))} is no Berkel frame.`);
  if (payload.length < WEIGHT_FRAME_BYTES) return failure('truncated', `The frame has ${payload.length} of 9 bytes.`);
  if (payload.length > WEIGHT_FRAME_BYTES || payload[WEIGHT_FRAME_BYTES - 2] !== ETX) {
    return failure('malformed', 'The frame does not end with ETX and its check.');
  }
  const body = payload.subarray(1, WEIGHT_FRAME_BYTES - 2);
  const check = body.reduce((sum, byte) => sum ^ (byte & 0x7f), 0);
  if (check !== ((payload[WEIGHT_FRAME_BYTES - 1] ?? 0) & 0x7f)) {
    return failure('bad-checksum', 'The block check of the weight is wrong.');
  }
  return { ...decodeWeight(body), reply: reply(CR) };
}

function decodeWeight(body: Uint8Array): DecodeResult {
  const identifier = body[0] ?? 0;
  const digits = latin1Text(body.subarray(1).map((byte) => byte & 0x7f));
  if ((identifier & OUT_OF_RANGE_BIT) !== 0) {
    // One bit for both sides; an empty display tells the lower one.
    return understood([{ kind: 'range', condition: /^[0 ]*$/.test(digits) ? 'underload' : 'overload' }]);
  }
  const capacity = CAPACITIES.get(identifier & 0x07);
  if (capacity === undefined)
    return failure('unknown-type', `Capacity ${identifier & 0x07} is none of the three known.`);
  if (!/^[\d ]*\d$/.test(digits)) return failure('malformed', `${quote(digits)} is no weight of five digits.`);
  // A till scale answers with a weight only when it is at rest, and with CAN otherwise.
  return readScaleValue(`${digits.trim()}e-${capacity.decimals}`, capacity.unit, { stability: 'stable' }, digits);
}

function reply(byte: number): { to: 'connection'; bytes: Uint8Array } {
  return { to: 'connection', bytes: Uint8Array.of(byte) };
}

export const berkelModel: DecoderModel = {
  id: 'berkel',
  title: 'Berkel till protocol (Ohaus Aviator and other retail scales), with its handshake',
  input: 'stream',
  encoding: 'latin1',
  createFramer: createBerkelFramer,
  polling: { request: Uint8Array.of(ENQ), intervalMs: 500 },
  create: (): Decoder => ({ decode: (frame) => decode(frame.payload) }),
};
