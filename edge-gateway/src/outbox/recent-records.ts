import { RECORD_HEADER_BYTES, type OutboxRecord } from './segment-format.ts';

interface Group {
  firstSequence: number;
  lastSequence: number;
  bytes: Buffer;
}

export interface RecentLimits {
  readingsMax: number;
  textBytesMax: number;
}

/**
 * The newest groups of records as they were written: what goes out live is sent from here, without asking the disk, which
 * has its hands full with writing just then. Bounded in bytes; what has left it is read from its segment.
 */
export class RecentRecords {
  readonly #sizeBytesMax: number;
  #groups: Group[] = [];
  #sizeBytes = 0;
  /** Where the last read ended: the next one mostly goes on there. */
  #next = { sequence: 0, offset: 0 };

  constructor(sizeBytesMax: number) {
    this.#sizeBytesMax = sizeBytesMax;
  }

  /** @param bytes records that follow on the last ones, without a gap */
  add(firstSequence: number, count: number, bytes: Buffer): void {
    // A copy of just these bytes: a few of them may be a part of a pool of kilobytes, and would keep all of it.
    const own = Buffer.allocUnsafeSlow(bytes.length);
    bytes.copy(own);
    this.#groups.push({ firstSequence, lastSequence: firstSequence + count - 1, bytes: own });
    this.#sizeBytes += bytes.length;
    while (this.#sizeBytes > this.#sizeBytesMax) this.#dropFirst();
  }

  /** They are not to be sent any more. A group goes when all of it does. */
  forgetUntil(sequence: number): void {
    while ((this.#groups[0]?.lastSequence ?? Infinity) <= sequence) this.#dropFirst();
  }

  /** As many as the limits allow, but at least one; undefined if the first of them is not here. */
  read(sequence: number, limits: RecentLimits): OutboxRecord[] | undefined {
    const records: OutboxRecord[] = [];
    let textBytes = 0;
    let from = sequence;
    for (let index = this.#groupOf(sequence); ; index += 1) {
      const group = index < 0 ? undefined : this.#groups[index];
      if (!group) break;
      let offset = this.#offsetOf(group, from);
      for (; from <= group.lastSequence; from += 1) {
        const record = recordAt(group.bytes, offset);
        textBytes += record.text.length;
        if (records.length >= limits.readingsMax || (records.length > 0 && textBytes > limits.textBytesMax)) {
          this.#next = { sequence: from, offset };
          return records;
        }
        records.push(record);
        offset += RECORD_HEADER_BYTES + group.bytes.readUInt32BE(offset);
      }
    }
    return records.length > 0 ? records : undefined;
  }

  #dropFirst(): void {
    const group = this.#groups.shift();
    this.#sizeBytes -= group?.bytes.length ?? 0;
  }

  #groupOf(sequence: number): number {
    return this.#groups.findLastIndex((group) => group.firstSequence <= sequence && sequence <= group.lastSequence);
  }

  #offsetOf({ firstSequence, bytes }: Group, sequence: number): number {
    if (this.#next.sequence === sequence && sequence !== firstSequence) return this.#next.offset;
    let offset = 0;
    for (let at = firstSequence; at < sequence; at += 1) offset += RECORD_HEADER_BYTES + bytes.readUInt32BE(offset);
    return offset;
  }
}

function recordAt(bytes: Buffer, offset: number): OutboxRecord {
  const textAt = offset + RECORD_HEADER_BYTES;
  return {
    sequence: bytes.readUIntBE(offset + 8, 6),
    receivedAtMs: bytes.readUIntBE(offset + 14, 6),
    text: bytes.toString('utf8', textAt, textAt + bytes.readUInt32BE(offset)),
  };
}
