import type { Framer } from '../decoder.ts';
import { hasValidCrc, isTcpFrame, rtuLengths } from './frames.ts';

/** The longest Modbus frame: 260 bytes on TCP. */
const FRAME_BYTES_MAX = 260;
/** The shortest: an exception on RTU. */
const FRAME_BYTES_MIN = 5;

/**
 * Cuts RTU and TCP frames out of a stream, by their lengths: the pauses that separate RTU frames on the line do not
 * survive a serial server. A head that becomes no frame costs one byte, and what looked like one with a wrong checksum
 * is handed on, so that somebody hears of it. Holds less than two frames.
 */
export function createModbusFramer(): Framer {
  let buffer: Uint8Array = new Uint8Array(0);

  function take(frames: Uint8Array[]): boolean {
    if (buffer.length < FRAME_BYTES_MIN) return false;
    const tcpBytes = tcpLength(buffer);
    const rtuBytes = rtuLengths(buffer);
    if (tcpBytes === 0 && rtuBytes.length === 0) {
      buffer = buffer.subarray(1);
      return true;
    }
    const lengths = [...rtuBytes, tcpBytes].sort((left, right) => left - right);
    const found = lengths.find(
      (length) => length > 0 && length <= buffer.length && isFrame(buffer.subarray(0, length)),
    );
    if (found !== undefined) {
      frames.push(buffer.slice(0, found));
      buffer = buffer.subarray(found);
      return true;
    }
    const lengthMax = lengths.at(-1) ?? 0;
    if (buffer.length < lengthMax) return false;
    // A frame may begin within what was none.
    const failed = buffer.subarray(0, lengthMax);
    if (looksLikeResponse(failed)) frames.push(failed.slice());
    buffer = buffer.subarray(1);
    return true;
  }

  return {
    push(chunk) {
      const frames: Uint8Array[] = [];
      for (let offset = 0; offset < chunk.length; offset += FRAME_BYTES_MAX) {
        buffer = Uint8Array.from(Buffer.concat([buffer, chunk.subarray(offset, offset + FRAME_BYTES_MAX)]));
        while (take(frames));
      }
      return frames;
    },
    reset() {
      buffer = new Uint8Array(0);
    },
  };
}

function isFrame(bytes: Uint8Array): boolean {
  return isTcpFrame(bytes) || (rtuLengths(bytes).includes(bytes.length) && hasValidCrc(bytes));
}

const TCP_HEADER_BYTES = 6;

/** The length that the header tells; the header's own while that is not whole; 0 if it is none. */
function tcpLength(head: Uint8Array): number {
  if (head[2] !== 0 || head[3] !== 0) return 0;
  if (head.length < TCP_HEADER_BYTES) return TCP_HEADER_BYTES;
  const length = TCP_HEADER_BYTES + (head[4] ?? 0) * 256 + (head[5] ?? 0);
  return length >= 8 && length <= FRAME_BYTES_MAX ? length : 0;
}

/** A read's response of plausible length whose checksum is wrong. */
function looksLikeResponse(bytes: Uint8Array): boolean {
  const [, functionCode, dataBytes = 0] = bytes;
  return (functionCode === 3 || functionCode === 4) && dataBytes > 0 && bytes.length === dataBytes + 5;
}
