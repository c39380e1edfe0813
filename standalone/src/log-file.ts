import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

/** Appends lines to a file; when it is full it becomes `<path>.1` and the one before is gone. */
export class LogFile {
  readonly path: string;
  readonly #sizeBytesMax: number;
  #handle: number;
  #sizeBytes: number;

  constructor(path: string, sizeBytesMax = 5_000_000) {
    this.path = path;
    this.#sizeBytesMax = sizeBytesMax;
    this.#handle = openSync(path, 'a', 0o600);
    this.#sizeBytes = statSync(path).size;
  }

  write(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    if (this.#sizeBytes > 0 && this.#sizeBytes + bytes.length > this.#sizeBytesMax) this.#rotate();
    writeSync(this.#handle, bytes);
    this.#sizeBytes += bytes.length;
  }

  close(): void {
    closeSync(this.#handle);
  }

  #rotate(): void {
    closeSync(this.#handle);
    renameSync(this.path, `${this.path}.1`);
    this.#handle = openSync(this.path, 'a', 0o600);
    this.#sizeBytes = 0;
  }
}
