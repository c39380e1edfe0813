import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { makeFolder } from '@shelfwire/contract/service';
import { z } from 'zod';

import type { Frame } from './decode/decoder.ts';
import { GroupCommit } from './outbox/group-commit.ts';

const FILE = 'settling.ndjson';
const SIZE_BYTES_MAX = 4_194_304;
const GROUP_LINES_MAX = 10_000;

const lineSchema = z.union([
  z.object({
    deviceId: z.string(),
    topic: z.string().optional(),
    receivedAtMs: z.number(),
    payload: z.base64(),
  }),
  z.object({ deviceId: z.string(), settled: z.literal(true) }),
]);

export interface UnsettledFrame {
  deviceId: string;
  frame: Frame;
}

/**
 * Messages that were acknowledged and are no reading yet, because the weight in them still moves. Of each device and topic
 * the newest, in `settling.ndjson`, synced before its PUBACK: a weight whose scale says nothing more must not be lost with the
 * process. A line says that a frame came, or that all of its device have become readings; the file is written anew when
 * it has grown. A torn last line was not acknowledged.
 */
export class SettlingJournal {
  /** From the life before, oldest first. */
  readonly left: readonly UnsettledFrame[];
  readonly #folder: string;
  readonly #frames = new Map<string, Map<string, Frame>>();
  readonly #commit: GroupCommit<string>;
  #file: FileHandle | undefined;
  #sizeBytes = 0;

  private constructor(folder: string, left: readonly UnsettledFrame[]) {
    this.#folder = folder;
    this.left = left;
    this.#commit = new GroupCommit({ write: (lines) => this.#write(lines), groupItemsMax: GROUP_LINES_MAX });
    for (const { deviceId, frame } of left) this.#remember(deviceId, frame);
  }

  static async open(folder: string): Promise<SettlingJournal> {
    makeFolder(folder);
    return new SettlingJournal(folder, await readLeft(join(folder, FILE)));
  }

  /** Devices with frames that are no readings yet. */
  get devices(): string[] {
    return [...this.#frames.keys()];
  }

  /** Resolves when it is durable. */
  async keep(deviceId: string, frame: Frame): Promise<void> {
    this.#remember(deviceId, frame);
    await this.#commit.add([lineOf(deviceId, frame)]);
  }

  /** What the device said has become readings, and these are durable. */
  settled(deviceId: string): void {
    if (!this.#frames.delete(deviceId)) return;
    // Lost with the process, it would only make the same weight a reading again.
    this.#commit.add([JSON.stringify({ deviceId, settled: true })]).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#commit.close();
    await this.#file?.close();
    this.#file = undefined;
  }

  #remember(deviceId: string, { payload, topic, receivedAtMs }: Frame): void {
    const frames = this.#frames.get(deviceId) ?? new Map<string, Frame>();
    // A copy: the payload is a window into a network buffer.
    const frame = { payload: Buffer.from(payload), ...(topic === undefined ? {} : { topic }), receivedAtMs };
    frames.set(topic ?? '', frame);
    this.#frames.set(deviceId, frames);
  }

  async #write(lines: readonly string[]): Promise<void> {
    if (!this.#file || this.#sizeBytes > SIZE_BYTES_MAX) {
      await this.#writeAnew();
      return;
    }
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    await writeAll(this.#file, bytes, this.#sizeBytes);
    await this.#file.datasync();
    this.#sizeBytes += bytes.length;
  }

  /** What is remembered holds the lines that wait as well. */
  async #writeAnew(): Promise<void> {
    const lines = [...this.#frames].flatMap(([deviceId, frames]) =>
      [...frames.values()].map((frame) => `${lineOf(deviceId, frame)}\n`),
    );
    const bytes = Buffer.from(lines.join(''));
    const path = join(this.#folder, FILE);
    const file = await open(`${path}.new`, 'w', 0o640);
    try {
      await writeAll(file, bytes, 0);
      await file.sync();
      await rename(`${path}.new`, path);
      const folder = await open(this.#folder);
      await folder.sync();
      await folder.close();
    } catch (error) {
      await file.close();
      throw error;
    }
    // Only now: lines in a file that never got its name would be lost with the process.
    const old = this.#file;
    this.#file = file;
    this.#sizeBytes = bytes.length;
    await old?.close();
  }
}

/** On a disk with little room a write may take a part and say nothing. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function lineOf(deviceId: string, { payload, topic, receivedAtMs }: Frame): string {
  return JSON.stringify({ deviceId, topic, receivedAtMs, payload: Buffer.from(payload).toString('base64') });
}

async function readLeft(path: string): Promise<UnsettledFrame[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const left = new Map<string, UnsettledFrame>();
  for (const line of text.split('\n')) {
    const entry = parseLine(line);
    if (!entry) continue;
    const { deviceId } = entry;
    if ('settled' in entry) {
      for (const [key, known] of left) if (known.deviceId === deviceId) left.delete(key);
      continue;
    }
    const { topic, receivedAtMs } = entry;
    const payload = Buffer.from(entry.payload, 'base64');
    const key = JSON.stringify([deviceId, topic]);
    left.delete(key); // the newest goes last
    left.set(key, { deviceId, frame: { payload, receivedAtMs, ...(topic === undefined ? {} : { topic }) } });
  }
  return [...left.values()];
}

function parseLine(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
