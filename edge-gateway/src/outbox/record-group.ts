import type { Reading } from '@shelfwire/contract';

import { encodeRecord, RECORD_HEADER_BYTES, RECORD_TEXT_BYTES_MAX } from './segment-format.ts';

/** Serializes readings, here and nowhere else: the uplink sends these very texts. */
export function encodeRecords(readings: readonly Reading[], firstSequence: number): Buffer {
  const texts = readings.map((reading) => JSON.stringify(reading));
  // UTF-16 units take at most three bytes in UTF-8.
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + RECORD_HEADER_BYTES + text.length * 3, 0));
  let offset = 0;
  for (const [index, reading] of readings.entries()) {
    const text = texts[index] ?? '';
    if (text.length * 3 > RECORD_TEXT_BYTES_MAX) throw new RangeError(`a reading of ${text.length} characters`);
    offset = encodeRecord(bytes, offset, {
      sequence: firstSequence + index,
      receivedAtMs: reading.receivedAtMs,
      text,
    });
  }
  return bytes.subarray(0, offset);
}
