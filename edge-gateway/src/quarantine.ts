import { mkdir, open, rename, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

const PAYLOAD_BYTES_KEPT = 65_536;

export interface QuarantinedFrame {
  atMs: number;
  deviceId: string;
  topic?: string;
  reason: string;
  detail: string;
  payload: Uint8Array;
}

/**
 * Frames that no reading could be made of, for a person to look at: `quarantine.ndjson`, one frame a line with the
 * payload in base64. Bounded: at half the bound the file becomes `quarantine.1.ndjson`, whose old content goes. Frames
 * that come faster than the disk takes them beyond `waitingMax` are only counted.
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
      ...frame,
      payload: Buffer.from(frame.payload).subarray(0, PAYLOAD_BYTES_KEPT).toString('base64'),
      payloadBytes: frame.payload.length,
    })}\n`;
    const written = this.#turn.then(() => this.#write(line));
    this.#turn = written.then(
      () => undefined,
      () => undefined,
    );
    try {
      await written;
      return true;
    } catch {
      return false;
    } finally {
      this.#waiting -= 1;
    }
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #write(line: string): Promise<void> {
    const path = join(this.#folder, 'quarantine.ndjson');
    if (this.#file && this.#sizeBytes + line.length > this.#sizeBytesMax / 2) {
      await this.#file.close();
      this.#file = undefined;
      await rename(path, join(this.#folder, 'quarantine.1.ndjson'));
    }
    if (!this.#file) {
      await mkdir(this.#folder, { recursive: true, mode: 0o750 });
      this.#file = await open(path, 'a', 0o640);
      this.#sizeBytes = (await stat(path)).size;
    }
    await this.#file.appendFile(line);
    this.#sizeBytes += line.length;
  }
}
