import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';

import type { WorldEvent } from './world/world.ts';

/**
 * One line of the truth file. `wallAtMs` is Unix time, `atMs` the world's. A message has one `sent` line, a `resent`
 * line for each repeat after a reconnect (the broker may then have it twice), and an `acknowledged` line when PUBACK
 * came; `given-up` when the device's memory was full. Without `acknowledged` it may or may not have arrived.
 */
export type TruthLine =
  | {
      type: 'start';
      wallAtMs: number;
      seed: string;
      atMs: number;
      bins: { binId: string; itemId: string; pieces: number }[];
    }
  | ({ wallAtMs: number } & Exclude<WorldEvent, { type: 'weighed' | 'tag-read' }>)
  | {
      type: 'message';
      what: 'sent' | 'resent' | 'acknowledged' | 'given-up';
      wallAtMs: number;
      deviceId: string;
      messageId: number;
      topic?: string;
      payload?: string;
      /** What was really in the bin when the scale weighed. */
      piecesTrue?: number;
    }
  | { type: 'stop'; wallAtMs: number };

/** Appends what really happened, so that tests compare with it. Bounded by nothing: for test runs, not for months. */
export class TruthFile {
  readonly #stream: WriteStream | undefined;

  constructor(path: string | undefined) {
    this.#stream = path === undefined ? undefined : createWriteStream(path, { flags: 'a' });
  }

  write(line: TruthLine): void {
    this.#stream?.write(`${JSON.stringify(line)}\n`);
  }

  async close(): Promise<void> {
    if (!this.#stream) return;
    this.#stream.end();
    await once(this.#stream, 'close');
  }
}
