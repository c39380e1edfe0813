/**
 * The outbox on disk (format version 1).
 *
 * An outbox is a folder named by its outboxId (a UUID). In it lie segment files and `confirmations.json`. A segment is
 * named by the sequence of its first record, 16 decimal digits, `.segment`; it is only ever appended to, and removed as a whole
 * once every required consumer has confirmed all of it. Numbers are big-endian.
 *
 *     header, 40 bytes                           record, 20 bytes + text
 *      0   8  "SWOUTBOX"                          0   4  length of the text in bytes, 2 … 1 MiB
 *      8   2  format version                      4   4  CRC-32 of everything after this field
 *     10   2  0                                   8   6  sequence
 *     12  16  outboxId                           14   6  receivedAtMs
 *     28   8  sequence of the first record       20      the reading's JSON, UTF-8
 *     36   4  CRC-32 of the 36 bytes before
 *
 * Writing: many appends become one write and one fdatasync (group commit). Sequences are given out when the group is
 * written; nobody sees a record before its sync has returned. A failed write is cut off again.
 *
 * Recovery reads only the newest segment: it stops at the first record whose length, CRC or sequence is wrong and cuts
 * the file there. What was cut off may have been synced and sent in spite of all (a card that lies about sync, a
 * flipped bit), so its sequences must not be given out a second time: an outbox that was cut accepts nothing more, is
 * sent to its end, and a new outbox with a new id takes the next readings. A clean end costs nothing. Older segments
 * are checked record by record when they are read; from the first bad record to the end of that segment is lost,
 * which is reported with the exact count, because the next segment's name tells it.
 *
 * A newest segment with a torn header is removed: the crash fell between its creation and its first record.
 */
import { crc32 } from 'node:zlib';

export const SEGMENT_HEADER_BYTES = 40;
export const RECORD_HEADER_BYTES = 20;
export const RECORD_TEXT_BYTES_MAX = 1_048_576;
export const FORMAT_VERSION = 1;
const MAGIC = 'SWOUTBOX';

export interface OutboxRecord {
  sequence: number;
  receivedAtMs: number;
  /** The reading exactly as it was serialized when it came. */
  text: string;
}

export type RecordParse =
  | { kind: 'record'; record: OutboxRecord; nextOffset: number }
  /** The bytes end before the record does. */
  | { kind: 'incomplete' }
  | { kind: 'bad'; detail: string };

export function encodeSegmentHeader(outboxId: string, firstSequence: number): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  header.write(MAGIC, 0, 'latin1');
  header.writeUInt16BE(FORMAT_VERSION, 8);
  header.write(outboxId.replaceAll('-', ''), 12, 'hex');
  header.writeBigUInt64BE(BigInt(firstSequence), 28);
  header.writeUInt32BE(crc32(header.subarray(0, 36)), 36);
  return header;
}

/** @returns undefined if the header is whole and belongs to this outbox and sequence; else what is wrong */
export function segmentHeaderProblem(bytes: Buffer, outboxId: string, firstSequence: number): string | undefined {
  if (bytes.length < SEGMENT_HEADER_BYTES) return 'the header is cut off';
  if (bytes.readUInt32BE(36) !== crc32(bytes.subarray(0, 36))) return 'the checksum of the header is wrong';
  if (bytes.readUInt16BE(8) !== FORMAT_VERSION) return `format version ${bytes.readUInt16BE(8)} is not known`;
  const expected = encodeSegmentHeader(outboxId, firstSequence);
  return expected.compare(bytes, 0, SEGMENT_HEADER_BYTES) === 0 ? undefined : 'the header names another outbox';
}

/** Writes a record at `offset`. @returns the offset after it */
export function encodeRecord(target: Buffer, offset: number, record: OutboxRecord): number {
  const textBytes = target.write(record.text, offset + RECORD_HEADER_BYTES, 'utf8');
  const end = offset + RECORD_HEADER_BYTES + textBytes;
  target.writeUInt32BE(textBytes, offset);
  target.writeUIntBE(record.sequence, offset + 8, 6);
  target.writeUIntBE(record.receivedAtMs, offset + 14, 6);
  target.writeUInt32BE(crc32(target.subarray(offset + 8, end)), offset + 4);
  return end;
}

export function parseRecord(bytes: Buffer, offset: number, end: number, expectedSequence: number): RecordParse {
  if (end - offset < RECORD_HEADER_BYTES) return { kind: 'incomplete' };
  const textBytes = bytes.readUInt32BE(offset);
  if (textBytes < 2 || textBytes > RECORD_TEXT_BYTES_MAX) return { kind: 'bad', detail: `length ${textBytes}` };
  const nextOffset = offset + RECORD_HEADER_BYTES + textBytes;
  if (nextOffset > end) return { kind: 'incomplete' };
  if (bytes.readUInt32BE(offset + 4) !== crc32(bytes.subarray(offset + 8, nextOffset))) {
    return { kind: 'bad', detail: 'the checksum is wrong' };
  }
  const sequence = bytes.readUIntBE(offset + 8, 6);
  if (sequence !== expectedSequence) {
    return { kind: 'bad', detail: `sequence ${sequence} where ${expectedSequence} was expected` };
  }
  const receivedAtMs = bytes.readUIntBE(offset + 14, 6);
  const text = bytes.toString('utf8', offset + RECORD_HEADER_BYTES, nextOffset);
  return { kind: 'record', record: { sequence, receivedAtMs, text }, nextOffset };
}

export function segmentName(firstSequence: number): string {
  return `${String(firstSequence).padStart(16, '0')}.segment`;
}

export function parseSegmentName(name: string): number | undefined {
  const match = /^(\d{16})\.segment$/.exec(name);
  return match ? Number(match[1]) : undefined;
}
