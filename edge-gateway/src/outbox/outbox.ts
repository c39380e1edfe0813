import { ShelfwireError, type Consumer, type Reading } from '@shelfwire/contract';

import { alarmsOf } from './alarms.ts';
import { Confirmations } from './confirmations.ts';
import type { Disk } from './disk.ts';
import { OutboxFullError, type FullReason } from './full-error.ts';
import { GroupCommit } from './group-commit.ts';
import type { SequenceRange } from './ranges.ts';
import { recoverSegments } from './recovery.ts';
import { RecentRecords } from './recent-records.ts';
import { encodeRecords } from './record-group.ts';
import type { OutboxRecord } from './segment-format.ts';
import { Segment, type ReadLimits } from './segment.ts';

export interface OutboxLimits {
  segmentBytesMax: number;
  sizeBytesMax: number;
  readingsMax: number;
  freeDiskBytesMin: number;
  /** Readings not yet durable; beyond it `append` rejects. */
  waitingReadingsMax: number;
}

export interface OutboxEvents {
  synced(seconds: number, readings: readonly Reading[]): void;
  /** Records on disk that cannot be read any more. */
  unreadable(loss: { outboxId: string; from: number; to: number; detail: string }): void;
  /** The newest segment ended in something that is no record, or confirmed records are gone: it takes nothing more. */
  cut(recovery: { outboxId: string; lastSequence: number; detail: string }): void;
}

export interface OutboxOptions {
  limits: OutboxLimits;
  events: OutboxEvents;
}

export type OutboxRead =
  | { kind: 'records'; records: OutboxRecord[] }
  /** These sequences hold nothing any more; go on behind them. */
  | { kind: 'gap'; to: number }
  | { kind: 'end' };

export interface DropOptions {
  onlyIf?: { receivedBeforeMs: number; beforeSequence: number };
  saveAlarms?: (alarms: readonly Reading[]) => Promise<void>;
}

/** Looked through at once; the event loop goes on in between. */
const ALARM_READINGS_MAX = 1_000;
const SEALED_FILE = 'sealed.json';
const GROUP_READINGS_MAX = 10_000;
const FREE_DISK_CHECK_MS = 1_000;
/** More than the readings on their way that await their confirmations take. */
const RECENT_BYTES_MAX = 6_291_456;

/**
 * Keeps readings on disk until every required consumer has confirmed them. The format stands in segment-format.ts.
 * - `append` resolves after fdatasync: a power cut after it loses nothing. Readings keep the order of the calls.
 * - Sequences count from 1 without gaps and are never given out twice, whatever crashed.
 * - When full, `append` rejects with OutboxFullError; it never drops silently.
 * - A crash between sending and `confirm` sends again; consumers drop repeats by identity.
 */
export class Outbox {
  readonly outboxId: string;
  /** True if it only sends what it has: see recovery in segment-format.ts. */
  readonly sealed: boolean;
  readonly confirmations: Confirmations;
  readonly #disk: Disk;
  readonly #limits: OutboxLimits;
  readonly #events: OutboxEvents;
  readonly #commit: GroupCommit<Reading>;
  readonly #segments: Segment[];
  readonly #recent = new RecentRecords(RECENT_BYTES_MAX);
  #lastDropped = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #failure: ShelfwireError | undefined;
  #freeDisk = { checkedAtMs: -Infinity, bytes: Infinity };

  private constructor(
    outboxId: string,
    disk: Disk,
    options: OutboxOptions,
    state: { segments: Segment[]; confirmations: Confirmations; sealed: boolean },
  ) {
    this.outboxId = outboxId;
    this.#disk = disk;
    this.#limits = options.limits;
    this.#events = options.events;
    this.#segments = state.segments;
    this.confirmations = state.confirmations;
    this.sealed = state.sealed;
    this.#commit = new GroupCommit({ write: (group) => this.#write(group), groupItemsMax: GROUP_READINGS_MAX });
  }

  /** Opens what is there, or makes a new one. Reads the newest segment only. */
  static async open(outboxId: string, disk: Disk, options: OutboxOptions): Promise<Outbox> {
    const confirmations = await Confirmations.read(disk);
    const { segments, problem } = await recoverSegments(outboxId, disk);
    const lastSequence = segments.at(-1)?.lastSequence ?? 0;
    // More was confirmed than is there: it had been sent, so its sequences are used up.
    const detail = problem ?? (confirmations.last > lastSequence ? 'confirmed records are missing' : undefined);
    if (detail !== undefined) {
      options.events.cut({ outboxId, lastSequence, detail });
      await disk.replace(SEALED_FILE, JSON.stringify({ lastSequence, detail }));
    }
    await segments.at(-1)?.cut();
    const sealed = (await disk.list()).includes(SEALED_FILE);
    if (segments.length === 0) segments.push(await Segment.create(disk, outboxId, 1));
    confirmations.confirmRemoved((segments[0]?.firstSequence ?? 1) - 1);
    return new Outbox(outboxId, disk, options, { segments, confirmations, sealed });
  }

  get firstSequence(): number {
    return this.#segments[0]?.firstSequence ?? 1;
  }

  /** The last durable sequence, 0 if there never was one. */
  get lastSequence(): number {
    return this.#segments.at(-1)?.lastSequence ?? this.#lastDropped;
  }

  get sizeBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  }

  /** Durable readings that not every required consumer has confirmed. */
  get queuedReadings(): number {
    return this.lastSequence - this.confirmations.byAll().countWithin(1, this.lastSequence);
  }

  append(readings: readonly Reading[]): Promise<void> {
    if (readings.length === 0) return Promise.resolve();
    const full = this.#fullReason(readings.length);
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.sealed)
      return Promise.reject(new ShelfwireError('OUTBOX_CLOSED', 'the outbox is sealed', { retryable: true }));
    return full === undefined ? this.#commit.add(readings) : Promise.reject(new OutboxFullError(full));
  }

  /** Durable records from `sequence` on, in order, as many as the limits allow. */
  read(sequence: number, limits: ReadLimits): Promise<OutboxRead> {
    const recent = this.#recent.read(sequence, limits);
    if (recent) return Promise.resolve({ kind: 'records', records: recent });
    return this.#oneAtATime(async () => {
      if (sequence > this.lastSequence) return { kind: 'end' };
      const segment = this.#segments.findLast((candidate) => candidate.firstSequence <= sequence);
      if (!segment) return { kind: 'gap', to: this.firstSequence - 1 };
      await this.#closeFilesExcept(segment);
      const read = await segment.read(sequence, limits);
      if (read.kind === 'records') return read;
      const loss = { outboxId: this.outboxId, from: read.sequence, to: segment.lastSequence, detail: read.detail };
      this.#events.unreadable(loss);
      this.confirmations.giveUp(loss.from, loss.to);
      return { kind: 'gap', to: loss.to };
    });
  }

  /** The first durable sequence received after the time; the one behind the last if there is none. */
  firstReceivedAfter(atMs: number): Promise<number> {
    return this.#oneAtATime(async () => {
      for (const segment of this.#segments.toReversed()) {
        await this.#closeFilesExcept(segment);
        const sequence = await segment.firstReceivedAfter(atMs);
        if (sequence > segment.firstSequence) return sequence;
      }
      return this.firstSequence;
    });
  }

  /** @returns how many readings this was news of */
  confirm(consumer: Consumer, ranges: readonly SequenceRange[]): number {
    return this.confirmations.add(consumer, ranges, this.lastSequence);
  }

  /** Lets go of what every required consumer has confirmed, segments too, and writes the confirmations down. */
  tidy(): Promise<void> {
    return this.#oneAtATime(async () => {
      this.#recent.forgetUntil(this.confirmations.byAll().firstMissing(1) - 1);
      while (this.#segments.length > 1) {
        const oldest = this.#segments[0];
        if (!oldest || !this.confirmations.coveredByAll(oldest.firstSequence, oldest.lastSequence)) break;
        await oldest.close();
        await this.#disk.remove(oldest.name);
        this.#segments.shift();
      }
      // After removing: on a full disk the removed segments make room for this file.
      await this.confirmations.writeIfChanged(this.#disk);
    });
  }

  /**
   * Gives up the oldest segment to make room, unless it is the one being written; a sealed outbox may give up its last.
   * @param options.onlyIf all of it was received before the time and lies before the sequence
   * @param options.saveAlarms is given the alarms among what goes, before it goes; an error keeps the segment
   * @returns how many readings some consumer had not confirmed; undefined if there is nothing to give up
   */
  dropOldestSegment(options: DropOptions = {}): Promise<number | undefined> {
    const { onlyIf, saveAlarms } = options;
    return this.#oneAtATime(async () => {
      const oldest = this.#segments[0];
      if (!oldest || oldest.lastSequence < oldest.firstSequence || (this.#segments.length === 1 && !this.sealed)) {
        return undefined;
      }
      const { firstSequence: from, lastSequence: to } = oldest;
      if (onlyIf) {
        // Ends at the first younger record; one that cannot be read counts as young.
        const isOld = to < onlyIf.beforeSequence && (await oldest.firstReceivedAfter(onlyIf.receivedBeforeMs)) > to;
        if (!isOld) return undefined;
      }
      if (saveAlarms) await saveAlarms(await this.#alarmsOf(oldest));
      const dropped = to - from + 1 - this.confirmations.byAll().countWithin(from, to);
      this.confirmations.giveUp(from, to);
      this.#recent.forgetUntil(to);
      await oldest.close();
      await this.#disk.remove(oldest.name);
      this.#segments.shift();
      this.#lastDropped = to;
      this.#freeDisk.checkedAtMs = -Infinity;
      return dropped;
    });
  }

  /** When the oldest reading that is still queued was received. */
  async oldestQueuedAtMs(): Promise<number | undefined> {
    const read = await this.read(this.confirmations.byAll().firstMissing(1), { readingsMax: 1, textBytesMax: 0 });
    return read.kind === 'records' ? read.records[0]?.receivedAtMs : undefined;
  }

  /** Waits for what was appended, writes the confirmations down and lets go of the files. */
  async close(): Promise<void> {
    await this.#commit.close();
    try {
      await this.tidy();
    } finally {
      for (const segment of this.#segments) await segment.close();
    }
  }

  /** Reading and removing use the same files; they take turns. Writing does not wait for them. */
  #oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Of what some consumer has not confirmed. What cannot be read holds none. */
  async #alarmsOf(segment: Segment): Promise<Reading[]> {
    const alarms: Reading[] = [];
    const known = new Set<string>();
    for (const [from, to] of this.confirmations.missingWithin(segment.firstSequence, segment.lastSequence)) {
      for (let sequence = from; sequence <= to;) {
        const readingsMax = Math.min(ALARM_READINGS_MAX, to - sequence + 1);
        const read = await segment.read(sequence, { readingsMax, textBytesMax: Infinity });
        if (read.kind === 'bad' || read.records.length === 0) break;
        alarms.push(...alarmsOf(read.records, known));
        sequence += read.records.length;
      }
    }
    return alarms;
  }

  async #closeFilesExcept(used: Segment): Promise<void> {
    for (const segment of this.#segments.slice(0, -1)) if (segment !== used) await segment.close();
  }

  #fullReason(more: number): FullReason | undefined {
    if (this.#commit.waitingItems + more > this.#limits.waitingReadingsMax) return 'waiting';
    if (this.sizeBytes > this.#limits.sizeBytesMax) return 'bytes';
    if (this.queuedReadings + this.#commit.waitingItems + more > this.#limits.readingsMax) return 'readings';
    return undefined;
  }

  async #write(readings: readonly Reading[]): Promise<void> {
    if (this.#failure) throw this.#failure;
    const startedAtMs = performance.now();
    await this.#checkFreeDisk();
    const segment = await this.#segmentToWrite();
    const firstSequence = segment.lastSequence + 1;
    const bytes = encodeRecords(readings, firstSequence);
    try {
      await segment.append(bytes, segment.lastSequence + readings.length);
    } catch (error) {
      await this.#undo(segment, error);
    }
    this.#recent.add(firstSequence, readings.length, bytes);
    this.#events.synced((performance.now() - startedAtMs) / 1_000, readings);
  }

  async #segmentToWrite(): Promise<Segment> {
    const newest = this.#segments.at(-1);
    if (newest && newest.sizeBytes < this.#limits.segmentBytesMax) return newest;
    try {
      const created = await Segment.create(this.#disk, this.outboxId, this.lastSequence + 1);
      this.#segments.push(created);
      return created;
    } catch (error) {
      throw isDiskFull(error) ? new OutboxFullError('disk', { cause: error }) : this.#fail(error);
    }
  }

  /** A failed group must leave nothing behind; if that cannot be had, the file is in doubt and only recovery helps. */
  async #undo(segment: Segment, cause: unknown): Promise<never> {
    try {
      await segment.cut();
    } catch (error) {
      throw this.#fail(error);
    }
    if (isDiskFull(cause)) throw new OutboxFullError('disk', { cause });
    throw this.#fail(cause);
  }

  #fail(cause: unknown): ShelfwireError {
    this.#failure = new ShelfwireError('OUTBOX_FAILED', 'the disk refused a write; the outbox must be recovered', {
      cause,
    });
    return this.#failure;
  }

  async #checkFreeDisk(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#freeDisk.checkedAtMs > FREE_DISK_CHECK_MS) {
      try {
        this.#freeDisk = { checkedAtMs: nowMs, bytes: await this.#disk.freeBytes() };
      } catch (error) {
        throw this.#fail(error); // the disk itself is gone
      }
    }
    if (this.#freeDisk.bytes < this.#limits.freeDiskBytesMin) throw new OutboxFullError('disk');
  }
}

function isDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
