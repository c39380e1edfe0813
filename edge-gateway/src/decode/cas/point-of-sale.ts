import type { DecodeResult, Framer } from '../decoder.ts';
import { failure, quote, understood } from '../result.ts';
import { readScaleValue } from '../scale-value.ts';
import { latin1Text, sevenBits } from '../serial-text.ts';

/**
 * CAS scales at a till are asked for each weight: ENQ is answered by ACK, DC1 by
 * `SOH STX S|U sign weight(7) unit(2) LRC ETX`. An older form has six characters of weight, and EOT at its end. The LRC is
 * the exclusive or of everything between STX and itself. A frame, as the framer cuts it, begins with STX and ends with ETX.
 */

const SOH = 0x01;
const STX = 0x02;
const ETX = 0x03;
const EOT = 0x04;
export const ENQ = 0x05;
const ACK = 0x06;
const DC1 = 0x11;

/** From STX to ETX, with six and with seven characters of weight. */
const FRAME_BYTES_MIN = 13;
const FRAME_BYTES_MAX = 14;

/** Places of the device id and the relays in a 22-byte line: the byte there may have the value of ACK. */
const BINARY_PLACES: ReadonlySet<number> = new Set([6, 17]);

/** The character behind the unit's first one is the rest of it, or nothing. */
const UNIT_BY_INITIAL: ReadonlyMap<string, string> = new Map([
  ['g', 'g'],
  ['k', 'kg'],
  ['l', 'lb'],
  ['o', 'oz'],
]);

/** Takes till frames and ACK out of the stream and leaves the rest to the lines of an indicator. */
export function withPointOfSale(lines: Framer): Framer {
  let frame: number[] = [];
  let lineBytes = 0;
  const startLine = (): void => {
    lines.reset();
    lineBytes = 0;
  };
  const toLines = (bytes: readonly number[]): Uint8Array[] => {
    for (const byte of bytes) lineBytes = byte === 0x0a || byte === 0x0d ? 0 : lineBytes + 1;
    return lines.push(Uint8Array.from(bytes));
  };
  const next = (byte: number): Uint8Array[] => {
    if (frame.length === 0 && byte === ACK && !BINARY_PLACES.has(lineBytes)) {
      startLine();
      return [Uint8Array.of(ACK)];
    }
    frame.push(byte);
    if (canBegin(frame)) {
      if (frame.length < FRAME_BYTES_MIN || (!isWhole(frame) && frame.length < FRAME_BYTES_MAX)) return [];
      const done = Uint8Array.from(frame);
      frame = [];
      startLine();
      return [done];
    }
    // No frame of a till: the bytes belong to a line, but the last one may begin a frame of its own.
    const last = frame.pop() ?? byte;
    const passed = frame;
    frame = [];
    if (passed.length === 0) return toLines([last]);
    return [...toLines(passed), ...next(last)];
  };
  return {
    push: (chunk) => [...chunk].flatMap(next),
    reset() {
      frame = [];
      startLine();
    },
  };
}

/** STX (perhaps with its parity bit, where a line of seven bits is read with eight), S or U, and a sign. */
function canBegin([stx, stability, sign, ...rest]: readonly number[]): boolean {
  if (stx !== STX && stx !== (STX | 0x80)) return false;
  if (stability !== undefined && stability !== 0x53 && stability !== 0x55) return false;
  if (sign !== undefined && !/[ +-]/.test(String.fromCharCode(sign & 0x7f))) return false;
  const weight = latin1Text(sevenBits(Uint8Array.from(rest.slice(0, 6))));
  return /^[\d. -]*$/.test(weight);
}

function isWhole(frame: readonly number[]): boolean {
  return frame.at(-1) === ETX && ((frame.at(-2) ?? 0) & 0x7f) === checkOf(frame);
}

function checkOf(frame: readonly number[]): number {
  return frame.slice(1, -2).reduce((check, byte) => check ^ (byte & 0x7f), 0);
}

/** @returns undefined if the payload is none of a till scale */
export function decodePointOfSale(payload: Uint8Array): DecodeResult | undefined {
  if (payload.length === 1 && payload[0] === ACK) {
    return { ...understood(), reply: { to: 'connection', bytes: Uint8Array.of(DC1) } };
  }
  const frame = Array.from(payload);
  if (((frame[0] ?? 0) & 0x7f) === SOH) frame.shift();
  if (frame.at(-1) === EOT && frame.at(-2) === ETX) frame.pop();
  if (frame.length === 0 || !canBegin(frame)) return undefined;
  if (frame.length < FRAME_BYTES_MIN) return failure('truncated', `The frame has ${frame.length} of 13 or 14 bytes.`);
  if (frame.length > FRAME_BYTES_MAX || frame.at(-1) !== ETX) {
    return failure('malformed', 'The frame does not end with its check and ETX.');
  }
  if (!isWhole(frame)) return failure('bad-checksum', 'The check of the weight is wrong.');
  return decodeBody(latin1Text(sevenBits(Uint8Array.from(frame.slice(1, -2)))));
}

function decodeBody(body: string): DecodeResult {
  const stability = body.startsWith('S') ? 'stable' : 'unstable';
  const number = body.slice(1, -2).replaceAll(' ', '');
  const unit = UNIT_BY_INITIAL.get(body.slice(-2).trim().charAt(0).toLowerCase());
  if (unit === undefined) return failure('unknown-type', `The unit ${quote(body.slice(-2))} is none of mass.`);
  return readScaleValue(number, unit, { stability }, body);
}
