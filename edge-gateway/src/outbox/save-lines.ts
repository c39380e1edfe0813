import { setTimeout as delay } from 'node:timers/promises';

import { ShelfwireError, type Reading } from '@shelfwire/contract';

import { PartlySavedError } from './gateway-outbox.ts';

/** Told once, when the disk has taken everything that stood in the line up to the caller, or has refused. */
export type Settled = (kept: boolean) => void;

interface Line {
  readonly deviceId: string;
  /** Not handed to the disk, in order. */
  unsaved: Reading[];
  waiting: Settled[];
  /** Under way to the disk. */
  saving: { readings: readonly Reading[]; waiting: readonly Settled[] } | undefined;
  /** True from a refusal until the disk has taken everything. */
  blocked: boolean;
  queued: boolean;
}

const GROUP_READINGS_MAX = 10_000;
/**
 * On a fast disk a sync takes less than a millisecond and would be spent on a handful of readings each: small groups
 * keep this distance. The first after a rest waits for nothing.
 */
const SMALL_GROUP_EVERY_MS = 4;
const SMALL_GROUP_LINES = 200;

/**
 * The readings of each device on their way to the disk, in order. What the disk refused stays at the head of the device's
 * line and goes first next time: the filters already count it as told, so a repeat of the frame would not bring it again.
 * A frame counts as kept, and may be acknowledged, only when everything before it in its line is durable too.
 *
 * All lines that have something to save when the disk is free go together, in one append. Nothing but the readings and
 * a callback is held of a frame meanwhile: thousands wait in each sync, and what waits is what the garbage collector
 * must carry.
 */
export class SaveLines {
  readonly #append: (readings: readonly Reading[]) => Promise<void>;
  readonly #refused: (deviceId: string, error: ShelfwireError) => void;
  readonly #smallGroupEveryMs: number;
  readonly #lines = new Map<string, Line>();
  #queue: Line[] = [];
  #running = false;
  #groupAtMs = -Infinity;

  /** @param parts.refused told of each frame that the disk refused */
  constructor(parts: {
    append: (readings: readonly Reading[]) => Promise<void>;
    refused: (deviceId: string, error: ShelfwireError) => void;
    smallGroupEveryMs?: number | undefined;
  }) {
    this.#append = parts.append;
    this.#refused = parts.refused;
    this.#smallGroupEveryMs = parts.smallGroupEveryMs ?? SMALL_GROUP_EVERY_MS;
  }

  isBlocked(deviceId: string): boolean {
    return this.#lines.get(deviceId)?.blocked ?? false;
  }

  /** Everything of the device is on the disk. */
  isEmpty(deviceId: string): boolean {
    const line = this.#lines.get(deviceId);
    return !line || (line.unsaved.length === 0 && !line.saving);
  }

  get someBlocked(): boolean {
    for (const { blocked } of this.#lines.values()) if (blocked) return true;
    return false;
  }

  /** With no readings it only waits for, or tries again, what stands in the line already. */
  keep(deviceId: string, readings: readonly Reading[], settled: Settled): void {
    const line = this.#lineOf(deviceId);
    if (readings.length === 0 && line.unsaved.length === 0 && !line.saving) {
      settled(true);
      return;
    }
    for (const reading of readings) line.unsaved.push(reading);
    line.waiting.push(settled);
    this.#enqueue(line);
  }

  #lineOf(deviceId: string): Line {
    let line = this.#lines.get(deviceId);
    if (!line) {
      line = { deviceId, unsaved: [], waiting: [], saving: undefined, blocked: false, queued: false };
      this.#lines.set(deviceId, line);
    }
    return line;
  }

  #enqueue(line: Line): void {
    if (line.queued) return;
    line.queued = true;
    this.#queue.push(line);
    if (this.#running) return;
    this.#running = true;
    // The frames of this turn of the event loop go together.
    setImmediate(() => void this.#run());
  }

  /** An error that is not a refusal ends the process (see runService): what the disk holds is not known any more. */
  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const restMs = this.#groupAtMs + this.#smallGroupEveryMs - performance.now();
      if (restMs > 0 && this.#queue.length < SMALL_GROUP_LINES) await delay(restMs);
      this.#groupAtMs = performance.now();
      const { lines, readings } = this.#takeGroup();
      try {
        if (readings.length > 0) await this.#append(readings);
      } catch (error) {
        if (!(error instanceof ShelfwireError && error.retryable)) throw error;
        this.#settleRefused(lines, error);
        continue;
      }
      for (const line of lines) this.#settleKept(line);
    }
    this.#running = false;
  }

  #takeGroup(): { lines: Line[]; readings: Reading[] } {
    const readings: Reading[] = [];
    let count = 0;
    while (count < this.#queue.length && readings.length < GROUP_READINGS_MAX) {
      const line = this.#queue[count];
      count += 1;
      if (!line) continue;
      for (const reading of line.unsaved) readings.push(reading);
      line.saving = { readings: line.unsaved, waiting: line.waiting };
      line.unsaved = [];
      line.waiting = [];
      line.queued = false;
    }
    return { lines: this.#queue.splice(0, count), readings };
  }

  #settleKept(line: Line): void {
    const waiting = line.saving?.waiting ?? [];
    line.saving = undefined;
    line.blocked = false;
    for (const settled of waiting) settled(true);
  }

  #settleRefused(lines: readonly Line[], error: ShelfwireError): void {
    const unsaved = error instanceof PartlySavedError ? new Set(error.unsaved) : undefined;
    for (const line of lines) {
      const left = (line.saving?.readings ?? []).filter((reading) => unsaved?.has(reading) ?? true);
      if (left.length === 0) this.#settleKept(line);
      else this.#block(line, left, error);
    }
  }

  /** Who waits behind is refused too: were it kept later, its frame would come again behind it, out of order. */
  #block(line: Line, left: readonly Reading[], error: ShelfwireError): void {
    const refused = [...(line.saving?.waiting ?? []), ...line.waiting];
    line.saving = undefined;
    line.blocked = true;
    line.unsaved = [...left, ...line.unsaved];
    line.waiting = [];
    // Tried again with the next frame, not at once.
    if (line.queued) this.#queue = this.#queue.filter((queued) => queued !== line);
    line.queued = false;
    for (const settled of refused) {
      this.#refused(line.deviceId, error);
      settled(false);
    }
  }
}
