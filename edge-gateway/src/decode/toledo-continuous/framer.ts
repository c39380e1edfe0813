import type { Framer } from '../decoder.ts';

/**
 * STX SWA SWB SWC, six characters of weight, six of tare, CR, and on some instruments a checksum byte; a short form has
 * no tare. Nothing in the stream says whether a checksum follows, and it may have any value, so the frame's places count
 * and not its characters: CR stands at place 16 (or 10), and what follows the first CR tells which kind of stream it is.
 * A frame's bytes include the checksum where there is one. Garbage costs the bytes up to the next STX that fits.
 */

const STX = 0x02;
const CR = 0x0d;
/** Some clones end with CR LF; it can be told from a checksum unless the checksum is just that. */
const LF = 0x0a;
export const LONG_FRAME_BYTES = 17;
export const SHORT_FRAME_BYTES = 11;

/** Two's complement of the low seven bits' sum of all before it, STX and CR included. */
export function checksumOf(frame: Uint8Array): number {
  return -frame.reduce((sum, byte) => sum + (byte & 0x7f), 0) & 0x7f;
}

export function createToledoFramer(): Framer {
  let buffer: number[] = [];
  let checksum: 'unknown' | 'sent' | 'none' = 'unknown';

  /** Takes one frame off the front, or garbage; undefined if more bytes are needed. */
  function take(): Uint8Array | 'garbage' | undefined {
    if (buffer[0] !== STX) {
      const start = buffer.indexOf(STX);
      buffer = start < 0 ? [] : buffer.slice(start);
      return buffer.length === 0 ? undefined : 'garbage';
    }
    const bytes = [SHORT_FRAME_BYTES, LONG_FRAME_BYTES].find((length) => buffer[length - 1] === CR);
    if (bytes === undefined) {
      if (buffer.length < LONG_FRAME_BYTES) return undefined;
      buffer.shift();
      return 'garbage';
    }
    return takeWithChecksum(bytes);
  }

  function takeWithChecksum(bytes: number): Uint8Array | undefined {
    const frame = Uint8Array.from(buffer.slice(0, bytes));
    const next = buffer[bytes];
    if (checksum !== 'none' && next === undefined) return undefined;
    const matches = next !== undefined && (next & 0x7f) === checksumOf(frame);
    // A checksum may look like the STX of the next frame; then the byte behind it decides.
    if (checksum === 'unknown' && matches && next === STX && buffer[bytes + 1] === undefined) return undefined;
    const follows = matches && (next !== STX || checksum === 'sent' || buffer[bytes + 1] === STX);
    if (checksum === 'unknown') checksum = (next === STX && !follows) || (next === LF && !matches) ? 'none' : 'sent';
    const withChecksum = checksum === 'sent' && next !== undefined;
    const taken = Uint8Array.from(buffer.slice(0, withChecksum ? bytes + 1 : bytes));
    buffer = buffer.slice(taken.length);
    return taken;
  }

  return {
    push(chunk) {
      const frames: Uint8Array[] = [];
      for (const byte of chunk) {
        // Seven data bits read with eight: bit 7 is parity.
        buffer.push(byte & 0x7f);
        for (let taken = take(); taken !== undefined; taken = take()) {
          if (taken !== 'garbage') frames.push(taken);
        }
      }
      return frames;
    },
    reset() {
      buffer = [];
      checksum = 'unknown';
    },
  };
}
