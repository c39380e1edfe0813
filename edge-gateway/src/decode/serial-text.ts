import type { DecodeResult } from './decoder.ts';
import { LINE_BYTES_MAX } from './line-framer.ts';
import { failure } from './result.ts';

/** One character a byte. `TextDecoder('latin1')` is windows-1252 in truth and changes 0x80…0x9F. */
export function latin1Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Of a line with seven data bits and parity that was read with eight: bit 7 is the parity and no part of the text. */
export function sevenBits(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => byte & 0x7f);
}

export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0x7f);
}

/**
 * Reads a frame that is one line of text. A payload that did not come through the framer (a bridge that publishes lines
 * over MQTT) is bounded here, so that no pattern has to be fast on megabytes.
 */
export function decodeTextLine(payload: Uint8Array, decodeLine: (line: string) => DecodeResult): DecodeResult {
  if (payload.length > LINE_BYTES_MAX) {
    return failure('malformed', `${payload.length} bytes are no line of a scale; the longest has ${LINE_BYTES_MAX}.`);
  }
  return decodeLine(latin1Text(payload));
}
