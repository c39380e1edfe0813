import type { Framer } from '../decoder.ts';

/**
 * STX SWA SWB SWC, six characters of weight, six of tare, CR, and on some instruments a checksum byte; a short form has
 * no tare. Nothing in the stream says whether a checksum follows, and it may have any value, so the frame's places count
 * and not its characters: CR stands at place 17 (or 11), and what follows tells which kind of stream it is. Only a right
 * checksum is proof that there is one; a stream whose checksums stop being right is looked at anew.
 *
 * A frame's bytes include the checksum where there is one. Garbage costs the bytes up to the next STX that fits.
 */

const STX = 0x02;
const CR = 0x0d;
/** Some clones end with CR LF, some captures with more; it can be told from a checksum unless the checksum is just that. */
const LF = 0x0a;
export const LONG_FRAME_BYTES = 17;
export const SHORT_FRAME_BYTES = 11;

/** Two's complement of the low seven bits' sum of all before it, STX and CR included. */
export function checksumOf(frame: Uint8Array): number {
  return -frame.reduce((sum, byte) => sum + (byte & 0x7f), 0) & 0x7f;
}

/** What to hand on, and how many bytes of the stream that takes. */
interface Taken {
  frame?: Uint8Array;
  bytes: number;
}

export function createToledoFramer(): Framer {
  let buffer: number[] = [];
  let checksum: 'unknown' | 'sent' | 'none' = 'unknown';
  /** The checksum that the frame before would have: if it comes although there was none, there is one. */
  let unexpected: number | undefined;

  function take(): Taken | undefined {
    const [first] = buffer;
    if (first === undefined) return undefined;
    if (first === unexpected && first !== STX) checksum = 'sent';
    unexpected = undefined;
    if (first !== STX) return { bytes: 1 };
    const length = [SHORT_FRAME_BYTES, LONG_FRAME_BYTES].find((bytes) => buffer[bytes - 1] === CR);
    if (length !== undefined) return takeFrame(Uint8Array.from(buffer.slice(0, length)));
    return buffer.length < LONG_FRAME_BYTES ? undefined : { bytes: 1 };
  }

  function takeFrame(frame: Uint8Array): Taken | undefined {
    const expected = checksumOf(frame);
    if (checksum === 'none') {
      unexpected = expected;
      return { frame, bytes: frame.length };
    }
    const next = buffer[frame.length];
    if (next === undefined) return undefined;
    if (next === expected) return takeMatching(frame, next);
    const isBoundary = next === STX || next === LF || next === CR;
    if (isBoundary && checksum === 'unknown') {
      checksum = 'none';
      return { frame, bytes: frame.length };
    }
    // The byte is handed on, so that the decoder finds the checksum wrong; an STX is the next frame's all the same.
    checksum = 'unknown';
    return { frame: Uint8Array.of(...frame, next), bytes: isBoundary ? frame.length : frame.length + 1 };
  }

  function takeMatching(frame: Uint8Array, next: number): Taken | undefined {
    const withChecksum = { frame: Uint8Array.of(...frame, next), bytes: frame.length + 1 };
    if (next === STX && checksum === 'unknown') {
      // It may as well begin the next frame; the byte behind it decides.
      const second = buffer[frame.length + 1];
      if (second === undefined) return undefined;
      if (second !== STX) {
        checksum = 'none';
        return { frame, bytes: frame.length };
      }
    }
    checksum = 'sent';
    return withChecksum;
  }

  return {
    push(chunk) {
      const frames: Uint8Array[] = [];
      for (const byte of chunk) {
        // Seven data bits read with eight: bit 7 is parity.
        buffer.push(byte & 0x7f);
        for (let taken = take(); taken !== undefined; taken = take()) {
          if (taken.frame !== undefined) frames.push(taken.frame);
          buffer = buffer.slice(taken.bytes);
        }
      }
      return frames;
    },
    reset() {
      buffer = [];
      checksum = 'unknown';
      unexpected = undefined;
    },
  };
}
