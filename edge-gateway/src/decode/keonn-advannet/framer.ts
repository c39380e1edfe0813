import type { Framer } from '../decoder.ts';

/**
 * AdvanNet's event stream on TCP 3177 is HTTP-like: a line `ADVANNET/1.x`, headers up to an empty line, and a body of
 * `Content-Length` bytes; 0 is a keepalive. Frames are handed on as their bodies. What is not a header block is skipped up
 * to the next line that begins like one, so that joining in the middle of a message costs that message only.
 */
const START = 'ADVANNET/';
const HEADER_BYTES_MAX = 4_096;
const BODY_BYTES_MAX = 1_048_576;

export function createAdvanNetFramer(): Framer {
  let pending: Buffer = Buffer.alloc(0);

  function push(chunk: Uint8Array): Uint8Array[] {
    pending = pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([pending, chunk]);
    const frames: Uint8Array[] = [];
    for (;;) {
      skipToStart();
      const header = headerOf(pending);
      if (header === 'incomplete') return frames;
      if (header === 'broken') {
        pending = pending.subarray(START.length);
        continue;
      }
      if (pending.length < header.bytes + header.bodyBytes) return frames;
      frames.push(Uint8Array.from(pending.subarray(header.bytes, header.bytes + header.bodyBytes)));
      pending = pending.subarray(header.bytes + header.bodyBytes);
    }
  }

  function skipToStart(): void {
    const at = pending.indexOf(START);
    // The end of the chunk may hold the first letters of the next start.
    pending = at >= 0 ? pending.subarray(at) : pending.subarray(Math.max(0, pending.length - START.length + 1));
  }

  return {
    push,
    reset: () => {
      pending = Buffer.alloc(0);
    },
  };
}

function headerOf(bytes: Buffer): { bytes: number; bodyBytes: number } | 'incomplete' | 'broken' {
  const head = bytes.subarray(0, HEADER_BYTES_MAX).toString('latin1');
  if (!head.startsWith(START)) return 'incomplete';
  const end = /\r?\n[ \t]*\r?\n/.exec(head);
  if (!end) return bytes.length >= HEADER_BYTES_MAX || head.indexOf(START, 1) > 0 ? 'broken' : 'incomplete';
  const length = /^content-length[ \t]*:[ \t]*(\d{1,9})[ \t]*\r?$/im.exec(head.slice(0, end.index));
  const bodyBytes = Number(length?.[1] ?? Number.NaN);
  if (!(bodyBytes <= BODY_BYTES_MAX) || head.slice(0, end.index).indexOf(START, 1) > 0) return 'broken';
  return { bytes: end.index + end[0].length, bodyBytes };
}
