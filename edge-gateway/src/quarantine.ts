import { randomUUID } from 'node:crypto';
import { open, readFile, rename, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { makeFolder } from '@shelfwire/contract/service';
import { z } from 'zod';

const PAYLOAD_BYTES_KEPT = 65_536;
const NEWEST_FILE = 'quarantine.ndjson';
const OLDER_FILE = 'quarantine.1.ndjson';

export interface QuarantinedFrame {
  atMs: number;
  deviceId: string;
  topic?: string | undefined;
  retained?: boolean | undefined;
  fPort?: number | undefined;
  reason: string;
  detail: string;
  payload: Uint8Array;
}

const lineSchema = z.object({
  id: z.uuid(),
  atMs: z.number(),
  deviceId: z.string(),
  topic: z.string().optional(),
  retained: z.boolean().optional(),
  fPort: z.number().optional(),
  reason: z.string(),
  detail: z.string(),
  payload: z.base64(),
  /** As it came; `payload` may hold less. */
  payloadBytes: z.int().min(0),
});
/** A frame as it lies in the quarantine, the payload in base64. */
export type KeptFrame = z.infer<typeof lineSchema>;

/**
 * Frames that no reading could be made of, for a person to look at: `quarantine.ndjson`, one frame a line with the
 * payload in base64. Bounded: at half the bound the file becomes `quarantine.1.ndjson`, whose old content goes. Frames
 * that come faster than the disk takes them beyond `waitingMax` are only counted. Reading and removing goes through the
 * whole file: it is for a person, now and then.
 */
export class Quarantine {
  readonly #folder: string;
  readonly #sizeBytesMax: number;
  #file: FileHandle | undefined;
  #sizeBytes = 0;
  #waiting = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: { folder: string; sizeBytesMax: number }) {
    this.#folder = options.folder;
    this.#sizeBytesMax = options.sizeBytesMax;
  }

  /** @returns false if it could not be kept (disk full, flood): the caller counts it all the same */
  async put(frame: QuarantinedFrame): Promise<boolean> {
    if (this.#waiting >= 1_000) return false;
    this.#waiting += 1;
    const line = `${JSON.stringify({
      id: randomUUID(),
      ...frame,
      payload: Buffer.from(frame.payload).subarray(0, PAYLOAD_BYTES_KEPT).toString('base64'),
      payloadBytes: frame.payload.length,
    })}\n`;
    try {
      await this.#inTurn(() => this.#write(line));
      return true;
    } catch {
      return false;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Newest first. */
  async list(limit: number): Promise<KeptFrame[]> {
    return this.#inTurn(async () => {
      const frames: KeptFrame[] = [];
      for (const name of [NEWEST_FILE, OLDER_FILE]) {
        for (const line of (await this.#lines(name)).toReversed()) {
          if (frames.length >= limit) return frames;
          const frame = parseLine(line);
          if (frame) frames.push(frame);
        }
      }
      return frames;
    });
  }

  async get(id: string): Promise<KeptFrame | undefined> {
    return (await this.list(Infinity)).find((frame) => frame.id === id);
  }

  /** @returns false if it was not there (any more) */
  async remove(id: string): Promise<boolean> {
    return this.#inTurn(async () => {
      for (const name of [NEWEST_FILE, OLDER_FILE]) {
        const lines = await this.#lines(name);
        const left = lines.filter((line) => parseLine(line)?.id !== id);
        if (left.length === lines.length) continue;
        if (name === NEWEST_FILE) await this.#closeFile();
        const path = join(this.#folder, name);
        await writeFile(`${path}.new`, left.map((line) => `${line}\n`).join(''), { mode: 0o640 });
        await rename(`${path}.new`, path);
        return true;
      }
      return false;
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#closeFile());
  }

  /** Writing, reading and rewriting take turns. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  async #lines(name: string): Promise<string[]> {
    try {
      const text = await readFile(join(this.#folder, name), 'utf8');
      return text.split('\n').filter((line) => line !== '');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  async #closeFile(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #write(line: string): Promise<void> {
    const path = join(this.#folder, NEWEST_FILE);
    if (this.#file && this.#sizeBytes + line.length > this.#sizeBytesMax / 2) {
      await this.#closeFile();
      await rename(path, join(this.#folder, OLDER_FILE));
    }
    if (!this.#file) {
      makeFolder(this.#folder);
      this.#file = await open(path, 'a', 0o640);
      this.#sizeBytes = (await stat(path)).size;
    }
    await this.#file.appendFile(line);
    this.#sizeBytes += line.length;
  }
}

/** @returns undefined for a line that a crash tore */
function parseLine(line: string): KeptFrame | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
