import type { Disk, DiskFile } from './disk.ts';
import {
  encodeSegmentHeader,
  parseRecord,
  RECORD_HEADER_BYTES,
  RECORD_TEXT_BYTES_MAX,
  SEGMENT_HEADER_BYTES,
  segmentHeaderProblem,
  segmentName,
  type OutboxRecord,
} from './segment-format.ts';

const READ_CHUNK_BYTES = 262_144;
const MARK_EVERY_BYTES = 65_536;

export interface ReadLimits {
  readingsMax: number;
  textBytesMax: number;
}

export type SegmentRead =
  | { kind: 'records'; records: OutboxRecord[] }
  | { kind: 'bad'; sequence: number; detail: string };

interface Mark {
  sequence: number;
  offset: number;
}

/** One file of the outbox; the format stands in segment-format.ts. */
export class Segment {
  readonly firstSequence: number;
  /** 0 records: firstSequence − 1. */
  lastSequence: number;
  sizeBytes: number;
  /** Where some records begin, so that reading from the middle does not scan from the start. */
  readonly #marks: Mark[];
  readonly #disk: Disk;
  #file: Promise<DiskFile> | undefined;

  constructor(disk: Disk, firstSequence: number, lastSequence: number, sizeBytes: number) {
    this.#disk = disk;
    this.firstSequence = firstSequence;
    this.lastSequence = lastSequence;
    this.sizeBytes = sizeBytes;
    this.#marks = [{ sequence: firstSequence, offset: SEGMENT_HEADER_BYTES }];
  }

  get name(): string {
    return segmentName(this.firstSequence);
  }

  static async create(disk: Disk, outboxId: string, firstSequence: number): Promise<Segment> {
    const segment = new Segment(disk, firstSequence, firstSequence - 1, SEGMENT_HEADER_BYTES);
    try {
      const file = await segment.file();
      // A leftover of the same name can only be one whose creation did not finish: nothing in it was ever acknowledged.
      await file.truncate(0);
      await file.write(encodeSegmentHeader(outboxId, firstSequence), 0);
      await file.sync();
    } catch (error) {
      await segment.close();
      await disk.remove(segment.name);
      throw error;
    }
    return segment;
  }

  file(): Promise<DiskFile> {
    // The promise is kept, not the file: two that ask at once must not open it twice.
    this.#file ??= this.#disk.open(this.name);
    return this.#file;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await (await file)?.close();
  }

  async headerProblem(outboxId: string): Promise<string | undefined> {
    const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
    const length = await (await this.file()).read(bytes, 0);
    return segmentHeaderProblem(bytes.subarray(0, length), outboxId, this.firstSequence);
  }

  /** Finds the last good record and takes the segment to end there. @returns why that is before the end of the file, if it is */
  async scan(): Promise<string | undefined> {
    this.sizeBytes = await (await this.file()).size();
    const end = await this.#walk(this.#markBefore(this.firstSequence), () => true);
    this.lastSequence = end.sequence - 1;
    this.sizeBytes = end.offset;
    return end.problem;
  }

  /** Records from `sequence` on, as many as the limits allow but at least one; none only at the end of the segment. */
  async read(sequence: number, limits: ReadLimits): Promise<SegmentRead> {
    const records: OutboxRecord[] = [];
    let textBytes = 0;
    const end = await this.#walk(this.#markBefore(sequence), (record) => {
      if (record.sequence > this.lastSequence) return false;
      if (record.sequence < sequence) return true;
      textBytes += record.text.length;
      if (records.length >= limits.readingsMax || (records.length > 0 && textBytes > limits.textBytesMax)) return false;
      records.push(record);
      return true;
    });
    if (records.length > 0 || sequence > this.lastSequence) return { kind: 'records', records };
    return { kind: 'bad', sequence: end.sequence, detail: end.problem ?? 'records are missing' };
  }

  /** The first sequence received after the time; the one behind the last if there is none. Reads up to it. */
  async firstReceivedAfter(atMs: number): Promise<number> {
    const start = this.#markBefore(this.firstSequence);
    const end = await this.#walk(start, ({ receivedAtMs }) => receivedAtMs <= atMs);
    return end.sequence;
  }

  /** Visits records in order until one is bad, `visit` answers false, or the segment ends. */
  async #walk(start: Mark, visit: (record: OutboxRecord) => boolean): Promise<Mark & { problem?: string }> {
    const file = await this.file();
    let { sequence, offset } = start;
    let chunkBytes = READ_CHUNK_BYTES;
    while (offset < this.sizeBytes) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, this.sizeBytes - offset));
      const length = await file.read(chunk, offset);
      let position = 0;
      for (;;) {
        const parsed = parseRecord(chunk, position, length, sequence);
        if (parsed.kind === 'bad') return { sequence, offset: offset + position, problem: parsed.detail };
        if (parsed.kind === 'incomplete') break;
        if (!visit(parsed.record)) return { sequence, offset: offset + position };
        position = parsed.nextOffset;
        sequence += 1;
        this.#mark(sequence, offset + position);
      }
      const isLastChunk = length < chunkBytes || offset + length >= this.sizeBytes;
      if (isLastChunk && position < length)
        return { sequence, offset: offset + position, problem: 'the record is cut off' };
      if (isLastChunk && length === 0) return { sequence, offset, problem: 'the file is shorter than it was' };
      // A record longer than the chunk: take one that holds the longest there may be.
      chunkBytes = position === 0 ? RECORD_HEADER_BYTES + RECORD_TEXT_BYTES_MAX : READ_CHUNK_BYTES;
      offset += position;
    }
    return { sequence, offset };
  }

  /** Writes and syncs records that follow on the last one. Nothing of it counts until this resolves. */
  async append(bytes: Uint8Array, lastSequence: number): Promise<void> {
    const file = await this.file();
    await file.write(bytes, this.sizeBytes);
    await file.sync();
    this.#mark(this.lastSequence + 1, this.sizeBytes);
    this.sizeBytes += bytes.length;
    this.lastSequence = lastSequence;
  }

  /** Cuts off what lies behind the last good record. */
  async cut(): Promise<void> {
    const file = await this.file();
    if ((await file.size()) === this.sizeBytes) return;
    await file.truncate(this.sizeBytes);
    await file.sync();
  }

  #mark(sequence: number, offset: number): void {
    const last = this.#marks.at(-1);
    if (last && sequence > last.sequence && offset - last.offset >= MARK_EVERY_BYTES) {
      this.#marks.push({ sequence, offset });
    }
  }

  #markBefore(sequence: number): Mark {
    let low = 0;
    let high = this.#marks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#marks[middle]?.sequence ?? Infinity) <= sequence) low = middle;
      else high = middle - 1;
    }
    return this.#marks[low] ?? { sequence: this.firstSequence, offset: SEGMENT_HEADER_BYTES };
  }
}
