import { open, readFile, rm, truncate, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a line stands: enough to read it back. */
export interface LinePlace {
  segment: number;
  offset: number;
  length: number;
}

/**
 * One append-only file of JSON lines. A crash while appending leaves a last line without its line break: it was never
 * acknowledged, and is cut off when the file is opened again.
 */
export class Segment {
  readonly number: number;
  readonly path: string;
  #handle: FileHandle;
  #sizeBytes: number;

  private constructor(number: number, path: string, handle: FileHandle, sizeBytes: number) {
    this.number = number;
    this.path = path;
    this.#handle = handle;
    this.#sizeBytes = sizeBytes;
  }

  static fileName(number: number): string {
    return `segment-${String(number).padStart(8, '0')}.ndjson`;
  }

  /** The number a file of this name has; undefined if it is no segment. */
  static numberOf(fileName: string): number | undefined {
    const digits = /^segment-(\d{8})\.ndjson$/.exec(fileName)?.[1];
    return digits === undefined ? undefined : Number(digits);
  }

  static async create(folder: string, number: number): Promise<Segment> {
    const path = join(folder, Segment.fileName(number));
    const handle = await open(path, 'ax+');
    try {
      await syncFolder(folder);
    } catch (error) {
      await handle.close();
      await rm(path, { force: true });
      throw error;
    }
    return new Segment(number, path, handle, 0);
  }

  /** Opens a file that is there, and gives every whole line with its place. */
  static async recover(
    folder: string,
    number: number,
    onLine: (line: string, place: LinePlace) => void,
  ): Promise<Segment> {
    const path = join(folder, Segment.fileName(number));
    const bytes = await readFile(path);
    let offset = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, offset)) {
      onLine(bytes.toString('utf8', offset, end), { segment: number, offset, length: end - offset });
      offset = end + 1;
    }
    if (offset < bytes.length) await truncate(path, offset);
    return new Segment(number, path, await open(path, 'a+'), offset);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Resolves after the sync. The places are those of the lines, in their order. */
  async append(lines: readonly string[]): Promise<LinePlace[]> {
    const places: LinePlace[] = [];
    const buffers: Buffer[] = [];
    let offset = this.#sizeBytes;
    for (const line of lines) {
      const buffer = Buffer.from(`${line}\n`);
      places.push({ segment: this.number, offset, length: buffer.length - 1 });
      buffers.push(buffer);
      offset += buffer.length;
    }
    try {
      await this.#handle.appendFile(Buffer.concat(buffers));
      await this.#handle.datasync();
    } catch (error) {
      await this.#handle.truncate(this.#sizeBytes).catch(() => undefined);
      throw error;
    }
    this.#sizeBytes = offset;
    return places;
  }

  async read(place: LinePlace): Promise<string> {
    const { buffer } = await this.#handle.read(Buffer.alloc(place.length), 0, place.length, place.offset);
    return buffer.toString('utf8');
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async remove(): Promise<void> {
    await this.#handle.close();
    await rm(this.path, { force: true });
  }
}

/** A synced file that its folder does not name would be lost with the power. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
