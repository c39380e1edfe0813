import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A queue on disk, first in first out, for a node that must not lose what it was given.
 *
 * Form: files `<number of the first entry, 12 digits>.ndjson`, an entry a line (`<payload as JSON>`), and `removed`, which
 * holds the number of the last entry taken out. `append` resolves after fsync; entries that come while a sync runs share
 * the next one. A line without its end is what a crash left of an entry nobody was promised: it is cut off when the queue
 * opens. `removed` is written now and then and when the queue closes, so that a crash brings entries back: they are
 * sent again, never lost. A file whose entries are all taken out is deleted.
 */
export class DiskQueue {
  readonly #folder: string;
  readonly #bytesMax: number;
  /** What is not taken out yet, from `#first` on. */
  readonly #entries: string[];
  #first: number;
  #bytes: number;
  #file: FileHandle | undefined;
  #fileBytes = 0;
  #waiting: { line: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  #writing: Promise<void> | undefined;
  #removedWritten: number;

  private constructor(folder: string, bytesMax: number, first: number, entries: string[]) {
    this.#folder = folder;
    this.#bytesMax = bytesMax;
    this.#first = first;
    this.#entries = entries;
    this.#bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(entry) + 1, 0);
    this.#removedWritten = first - 1;
  }

  /** Creates the folder, or continues with what is in it. */
  static open(folder: string, bytesMax: number): DiskQueue {
    mkdirSync(folder, { recursive: true });
    const removedFile = join(folder, REMOVED);
    const removed = existsSync(removedFile) ? Number(readFileSync(removedFile, 'utf8')) : 0;
    const entries: string[] = [];
    let next = removed + 1;
    for (const name of segmentNames(folder)) {
      const path = join(folder, name);
      const lines = wholeLines(path);
      const firstOfFile = firstNumber(name);
      const end = firstOfFile + lines.length;
      if (end <= next) {
        rmSync(path);
        continue;
      }
      entries.push(...lines.slice(Math.max(0, next - firstOfFile)));
      next = end;
    }
    return new DiskQueue(folder, bytesMax, next - entries.length, entries);
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Number of the oldest entry; it stays the same over restarts. */
  get first(): number {
    return this.#first;
  }

  /** @returns the entry with this number, or undefined if there is none (yet, or any more) */
  at(number: number): unknown {
    const line = this.#entries[number - this.#first];
    return line === undefined ? undefined : JSON.parse(line);
  }

  /** Resolves when a power cut would not lose it. @throws QueueFullError, and nothing is kept */
  async append(entry: unknown): Promise<void> {
    const line = JSON.stringify(entry);
    if (this.#bytes + Buffer.byteLength(line) + 1 > this.#bytesMax) throw new QueueFullError(this.length);
    this.#bytes += Buffer.byteLength(line) + 1;
    const written = new Promise<void>((resolve, reject) => this.#waiting.push({ line, resolve, reject }));
    this.#writing ??= this.#writeWaiting();
    await written;
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(group.map(({ line }) => line));
        this.#entries.push(...group.map(({ line }) => line));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { line, reject } of group) {
          this.#bytes -= Buffer.byteLength(line) + 1;
          reject(error as Error);
        }
      }
    }
    this.#writing = undefined;
  }

  async #write(lines: readonly string[]): Promise<void> {
    this.#file ??= await this.#startFile();
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    try {
      await writeAll(this.#file, bytes, this.#fileBytes);
      await this.#file.sync();
    } catch (error) {
      // What was half written must not be taken for an entry.
      await this.#file.truncate(this.#fileBytes);
      throw error;
    }
    this.#fileBytes += bytes.length;
    if (this.#fileBytes >= SEGMENT_BYTES) {
      await this.#file.close();
      this.#file = undefined;
    }
  }

  async #startFile(): Promise<FileHandle> {
    const number = this.#first + this.#entries.length;
    const file = await open(join(this.#folder, segmentName(number)), 'w');
    await syncFolder(this.#folder);
    this.#fileBytes = 0;
    return file;
  }

  /** Takes the oldest entries out, up to and with this number. */
  removeThrough(number: number): void {
    const count = Math.min(number - this.#first + 1, this.#entries.length);
    if (count <= 0) return;
    for (const entry of this.#entries.splice(0, count)) this.#bytes -= Buffer.byteLength(entry) + 1;
    this.#first += count;
    if (this.#first - 1 - this.#removedWritten >= REMOVED_EVERY) this.#writeRemoved();
  }

  #writeRemoved(): void {
    const removed = this.#first - 1;
    const temporary = join(this.#folder, `${REMOVED}.new`);
    writeFileSync(temporary, String(removed), { flush: true });
    renameSync(temporary, join(this.#folder, REMOVED));
    this.#removedWritten = removed;
    const names = segmentNames(this.#folder);
    for (const [index, name] of names.entries()) {
      const next = names[index + 1];
      if (next !== undefined && firstNumber(next) <= removed + 1) rmSync(join(this.#folder, name));
    }
  }

  /** Resolves when everything given to `append` is on the disk. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#first - 1 > this.#removedWritten) this.#writeRemoved();
    await this.#file?.close();
    this.#file = undefined;
  }
}

export class QueueFullError extends Error {
  constructor(length: number) {
    super(`the queue on disk is full (${length} waiting): this message is refused, not kept`);
  }
}

const REMOVED = 'removed';
const REMOVED_EVERY = 100;
const SEGMENT_BYTES = 1_000_000;

function segmentName(number: number): string {
  return `${String(number).padStart(12, '0')}.ndjson`;
}

function firstNumber(name: string): number {
  return Number(name.slice(0, 12));
}

function segmentNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .toSorted();
}

function wholeLines(path: string): string[] {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < statSync(path).size) truncateSync(path, end);
  return bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
}

/** On a disk with little room a write may take a part and say nothing: what is missing is written, or refused, by the next. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** A file is durable only when the folder that names it is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
