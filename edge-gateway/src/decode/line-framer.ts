import type { Framer } from './decoder.ts';

const CR = 0x0d;
const LF = 0x0a;

/** Longer than any line of a scale; what exceeds it is noise and is thrown away up to the next line end. */
export const LINE_BYTES_MAX = 512;

export interface LineFramerOptions {
  bytesMax?: number;
  /** Seven data bits read with eight: bit 7 is parity, also of CR and LF. */
  sevenBits?: boolean;
  /** Whether the next byte is binary, so that it ends no line whatever its value. `line` is what came before it. */
  isBinaryAt?: (line: Uint8Array) => boolean;
}

/**
 * Cuts a stream at CR, LF or both, whichever the instrument's menu is set to; empty lines are no frames. A frame is the
 * line without its end. Holds at most `bytesMax` bytes, and after garbage it is in step again at the next line end.
 */
export function createLineFramer(options: LineFramerOptions = {}): Framer {
  const { bytesMax = LINE_BYTES_MAX, sevenBits = false, isBinaryAt = () => false } = options;
  const line = new Uint8Array(bytesMax);
  let length = 0;
  let overlong = false;
  return {
    push(chunk) {
      const frames: Uint8Array[] = [];
      for (const received of chunk) {
        const byte = sevenBits ? received & 0x7f : received;
        if ((byte === CR || byte === LF) && !isBinaryAt(line.subarray(0, length))) {
          if (length > 0 && !overlong) frames.push(line.slice(0, length));
          length = 0;
          overlong = false;
        } else if (length === bytesMax) {
          overlong = true;
        } else {
          line[length] = byte;
          length += 1;
        }
      }
      return frames;
    },
    reset() {
      length = 0;
      overlong = false;
    },
  };
}
