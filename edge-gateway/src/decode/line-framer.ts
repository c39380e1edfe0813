import type { Framer } from './decoder.ts';

const CR = 0x0d;
const LF = 0x0a;

/** Longer than any line of a scale; what exceeds it is noise and is thrown away up to the next line end. */
const LINE_BYTES_MAX = 512;

/**
 * Cuts a stream at CR, LF or both, whichever the instrument's menu is set to; empty lines are no frames. A frame is the
 * line without its end. Holds at most `lineBytesMax` bytes, and after garbage it is in step again at the next line end.
 */
export function createLineFramer(lineBytesMax = LINE_BYTES_MAX): Framer {
  const line = new Uint8Array(lineBytesMax);
  let length = 0;
  let overlong = false;
  return {
    push(chunk) {
      const frames: Uint8Array[] = [];
      for (const byte of chunk) {
        if (byte === CR || byte === LF) {
          if (length > 0 && !overlong) frames.push(line.slice(0, length));
          length = 0;
          overlong = false;
        } else if (length === lineBytesMax) {
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
