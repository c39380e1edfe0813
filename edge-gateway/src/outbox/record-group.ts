import type { Reading } from '@shelfwire/contract';

import { encodeRecord, RECORD_HEADER_BYTES, RECORD_TEXT_BYTES_MAX } from './segment-format.ts';

/** Serializes readings, here and nowhere else: the uplink sends these very texts. */
export function encodeRecords(readings: readonly Reading[], firstSequence: number): Buffer {
  const texts: string[] = [];
  let bytesMax = 0;
  for (const reading of readings) {
    const text = JSON.stringify(reading);
    if (text.length * 3 > RECORD_TEXT_BYTES_MAX) throw new RangeError(`a reading of ${text.length} characters`);
    texts.push(text);
    bytesMax += RECORD_HEADER_BYTES + text.length * 3; // UTF-16 units take at most three bytes in UTF-8
  }
  const bytes = Buffer.allocUnsafe(bytesMax);
  let offset = 0;
  let sequence = firstSequence;
  for (const text of texts) {
    const receivedAtMs = readings[sequence - firstSequence]?.receivedAtMs ?? 0;
    offset = encodeRecord(bytes, offset, { sequence, receivedAtMs, text });
    sequence += 1;
  }
  return bytes.subarray(0, offset);
}
