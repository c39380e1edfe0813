import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';

import { quarantineEntrySchema, type QuarantineEntry } from '@shelfwire/contract/api';
import { makeFolder } from '@shelfwire/contract/service';
import { z } from 'zod';

import { ingestError } from '../errors.ts';
import type { NewQuarantineEntry } from './entry.ts';
import { Segment, type LinePlace } from './segment.ts';

export interface QuarantineOptions {
  folder: string;
  sizeBytesMax: number;
  entriesMax: number;
  /** Told how many entries were given up to make room: the oldest, whoever's they are. */
  onDropped: (count: number) => void;
}

interface IndexedEntry {
  id: string;
  place: LinePlace;
  tenantId: string | null;
  /** Same content, same key: a message that comes again is kept once. */
  key: string;
}

const SEGMENTS_PER_QUARANTINE = 8;
const lineSchema = z.union([z.object({ add: quarantineEntrySchema }), z.object({ remove: z.string() })]);

/**
 * What could not be stored, kept on disk with the reason until a person replays or discards it.
 *
 * A folder of segments, each a file of JSON lines `{"add": entry}` and `{"remove": id}`; only the newest is written.
 * Starting reads them all and rebuilds the index, which alone is in memory. `add` and `remove` resolve after the sync.
 *
 * When the bound is reached, the oldest segment goes with what is left in it, counted and logged as lost; `fillRatio`
 * lets an alert come well before (design D13: nothing is dropped silently). Refusing what comes new instead would leave
 * it unconfirmed on its gateway, and one broken gateway could keep every other tenant's oddities from being set aside.
 */
export class Quarantine {
  readonly #options: QuarantineOptions;
  readonly #entries = new Map<string, IndexedEntry>();
  readonly #idByKey = new Map<string, string>();
  readonly #entriesOfSegment = new Map<number, number>();
  readonly #segments = new Map<number, Segment>();
  #current: Segment | undefined;
  #nextId = 1;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(options: QuarantineOptions) {
    this.#options = options;
  }

  static async open(options: QuarantineOptions): Promise<Quarantine> {
    const quarantine = new Quarantine(options);
    makeFolder(options.folder);
    const numbers = (await readdir(options.folder))
      .flatMap((name) => Segment.numberOf(name) ?? [])
      .sort((a, b) => a - b);
    for (const number of numbers) {
      const segment = await Segment.recover(options.folder, number, (line, place) => quarantine.#recall(line, place));
      quarantine.#segments.set(number, segment);
      quarantine.#current = segment;
    }
    return quarantine;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** 0 … 1, by bytes or by entries, whichever is nearer to its bound. */
  get fillRatio(): number {
    const { sizeBytesMax, entriesMax } = this.#options;
    return Math.max(this.#sizeBytes() / sizeBytesMax, this.#entries.size / entriesMax);
  }

  /** Keeps entries; one whose content is kept already is not kept twice. Answers those that were new. */
  add(entries: readonly NewQuarantineEntry[]): Promise<readonly NewQuarantineEntry[]> {
    return this.#inTurn(async () => {
      const fresh = new Map<string, QuarantineEntry>();
      for (const entry of entries) {
        const key = keyOf(entry);
        if (!this.#idByKey.has(key) && !fresh.has(key)) fresh.set(key, { ...entry, id: String(this.#nextId++) });
      }
      if (fresh.size === 0) return [];
      const lines = [...fresh.values()].map((add) => JSON.stringify({ add }));
      const places = await this.#append(lines);
      for (const [index, [key, entry]] of [...fresh].entries()) {
        const place = places[index];
        if (place) this.#index({ id: entry.id, place, tenantId: entry.tenantId, key });
      }
      return [...fresh.values()];
    });
  }

  /** One page of a tenant's entries, the oldest first. */
  async list(query: {
    tenantId: string;
    afterId: string | undefined;
    limit: number;
  }): Promise<{ items: QuarantineEntry[]; nextCursor: string | null }> {
    const after = Number(query.afterId ?? 0);
    const own = [...this.#entries.values()].filter(
      (entry) => entry.tenantId === query.tenantId && Number(entry.id) > after,
    );
    const page = own.slice(0, query.limit);
    const items = (await Promise.all(page.map((entry) => this.#read(entry)))).flatMap((entry) => entry ?? []);
    return { items, nextCursor: own.length > page.length ? (page.at(-1)?.id ?? null) : null };
  }

  async get(id: string, tenantId: string): Promise<QuarantineEntry | undefined> {
    const entry = this.#entries.get(id);
    return entry?.tenantId === tenantId ? this.#read(entry) : undefined;
  }

  remove(id: string): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#entries.has(id)) return;
      await this.#append([JSON.stringify({ remove: id })]);
      this.#forget(id);
      await this.#dropEmptySegments();
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => {
      for (const segment of this.#segments.values()) await segment.close();
      this.#segments.clear();
    });
  }

  #recall(text: string, place: LinePlace): void {
    const line = lineSchema.safeParse(parseLine(text));
    if (!line.success) return; // written by a disk fault or a later version: it stays in its file
    if ('remove' in line.data) {
      this.#forget(line.data.remove);
      return;
    }
    const { id, tenantId } = line.data.add;
    this.#nextId = Math.max(this.#nextId, Number(id) + 1);
    this.#index({ id, place, tenantId, key: keyOf(line.data.add) });
  }

  #index(entry: IndexedEntry): void {
    this.#entries.set(entry.id, entry);
    this.#idByKey.set(entry.key, entry.id);
    this.#countIn(entry.place.segment, 1);
  }

  #forget(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    this.#idByKey.delete(entry.key);
    this.#countIn(entry.place.segment, -1);
  }

  async #read(entry: IndexedEntry): Promise<QuarantineEntry | undefined> {
    const text = await this.#segments.get(entry.place.segment)?.read(entry.place);
    const line = lineSchema.safeParse(parseLine(text ?? ''));
    return line.success && 'add' in line.data ? line.data.add : undefined;
  }

  async #append(lines: readonly string[]): Promise<LinePlace[]> {
    const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    const segmentBytesMax = this.#options.sizeBytesMax / SEGMENTS_PER_QUARANTINE;
    if (bytes > this.#options.sizeBytesMax) {
      throw ingestError('QUARANTINE_FULL', `${bytes} bytes are more than the whole quarantine may have`);
    }
    if (!this.#current || (this.#current.sizeBytes > 0 && this.#current.sizeBytes + bytes > segmentBytesMax)) {
      const number = (this.#current?.number ?? 0) + 1;
      this.#current = await Segment.create(this.#options.folder, number);
      this.#segments.set(number, this.#current);
    }
    await this.#makeRoom(bytes, lines.length);
    return this.#current.append(lines);
  }

  async #makeRoom(bytes: number, entries: number): Promise<void> {
    for (const [number, segment] of this.#segments) {
      const fits =
        this.#sizeBytes() + bytes <= this.#options.sizeBytesMax &&
        this.#entries.size + entries <= this.#options.entriesMax;
      if (fits || segment === this.#current) return;
      const lost = [...this.#entries.values()].filter((entry) => entry.place.segment === number);
      this.#segments.delete(number);
      await segment.remove();
      for (const entry of lost) this.#forget(entry.id);
      if (lost.length > 0) this.#options.onDropped(lost.length);
    }
  }

  /**
   * The oldest segments without an entry left give their bytes back. Only from the oldest on: a later segment may hold
   * the removal of an entry that an older one still has.
   */
  async #dropEmptySegments(): Promise<void> {
    for (const [number, segment] of this.#segments) {
      if ((this.#entriesOfSegment.get(number) ?? 0) > 0 || segment === this.#current) return;
      this.#segments.delete(number);
      this.#entriesOfSegment.delete(number);
      await segment.remove();
    }
  }

  #countIn(segment: number, change: number): void {
    this.#entriesOfSegment.set(segment, (this.#entriesOfSegment.get(segment) ?? 0) + change);
  }

  #sizeBytes(): number {
    let sizeBytes = 0;
    for (const segment of this.#segments.values()) sizeBytes += segment.sizeBytes;
    return sizeBytes;
  }

  /** Changes one after the other, whatever became of the one before. */
  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const turn = this.#tail.then(change, change);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }
}

function keyOf(entry: NewQuarantineEntry): string {
  const { content, topic } = entry;
  if (content.form === 'reading') return `${topic}/${content.outboxId}/${content.sequence}`;
  return createHash('sha256').update(topic).update('\n').update(content.payloadBase64).digest('base64');
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
