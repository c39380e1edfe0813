import type { Framer } from '../decoder.ts';
import { HEADER_BYTES, readHeader } from './message.ts';

/**
 * Cuts a TCP stream into messages by the length in their header. Where no header can be, it moves on byte by byte until
 * one can: that happens only after garbage, TCP itself keeps the order.
 */
export function createLlrpFramer(): Framer {
  let pending: Uint8Array = new Uint8Array(0);

  function push(chunk: Uint8Array): Uint8Array[] {
    pending = pending.length === 0 ? Uint8Array.from(chunk) : concat(pending, chunk);
    const frames: Uint8Array[] = [];
    let at = 0;
    while (pending.length - at >= HEADER_BYTES) {
      const header = readHeader(pending.subarray(at, at + HEADER_BYTES));
      if (!header) {
        at += 1;
        continue;
      }
      if (pending.length - at < header.lengthBytes) break;
      frames.push(pending.slice(at, at + header.lengthBytes));
      at += header.lengthBytes;
    }
    pending = pending.slice(at);
    return frames;
  }

  return {
    push,
    reset: () => {
      pending = new Uint8Array(0);
    },
  };
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
