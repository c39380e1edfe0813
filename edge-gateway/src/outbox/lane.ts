import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { Reading } from '@shelfwire/contract';
import { makeFolder } from '@shelfwire/contract/service';

import { openFolder, type Disk } from './disk.ts';
import { OutboxFullError } from './full-error.ts';
import { Outbox, type DropOptions, type OutboxOptions } from './outbox.ts';

export interface LaneOptions extends OutboxOptions {
  openDisk?: (folder: string) => Promise<Disk>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The outboxes of one folder: the one that takes readings, and sealed ones that are still sent to their end. Normally
 * there is only the first; recovery may seal it, and then a new one with a new id takes over.
 */
export class OutboxLane {
  readonly #folder: string;
  readonly #current: Outbox;
  #sealed: Outbox[];

  private constructor(folder: string, current: Outbox, sealed: Outbox[]) {
    this.#folder = folder;
    this.#current = current;
    this.#sealed = sealed;
  }

  static async open(folder: string, options: LaneOptions): Promise<OutboxLane> {
    const openDisk = options.openDisk ?? openFolder;
    makeFolder(folder);
    const ids = (await readdir(folder)).filter((name) => UUID.test(name)).sort();
    const outboxes: Outbox[] = [];
    for (const id of ids) outboxes.push(await Outbox.open(id, await openDisk(join(folder, id)), options));
    let current = outboxes.find((outbox) => !outbox.sealed);
    if (!current) {
      const id = randomUUID();
      current = await Outbox.open(id, await openDisk(join(folder, id)), options);
    }
    return new OutboxLane(
      folder,
      current,
      outboxes.filter((outbox) => outbox !== current),
    );
  }

  /** Sealed ones first: they hold what is older. */
  get outboxes(): readonly Outbox[] {
    return [...this.#sealed, this.#current];
  }

  append(readings: readonly Reading[]): Promise<void> {
    return this.#current.append(readings);
  }

  /**
   * Appends; when there is no room, gives up the oldest readings of this lane for the new ones.
   * @param giveUpOldest makes room; false if there is nothing left to give up
   */
  async appendThinning(readings: readonly Reading[], giveUpOldest: () => Promise<boolean>): Promise<void> {
    for (;;) {
      try {
        return await this.append(readings);
      } catch (error) {
        // What only waits for the disk makes room by itself; the device is held back meanwhile.
        if (!(error instanceof OutboxFullError) || error.reason === 'waiting') throw error;
        if (!(await giveUpOldest())) throw error;
      }
    }
  }

  /** @returns how many unconfirmed readings it cost; undefined if there is nothing to give up */
  async dropOldest(options: Pick<DropOptions, 'saveAlarms'>): Promise<number | undefined> {
    for (const outbox of this.outboxes) {
      const dropped = await outbox.dropOldestSegment(options);
      if (dropped !== undefined) return dropped;
    }
    return undefined;
  }

  /** Gives up the oldest segments of which everything is old. @returns how many unconfirmed readings that cost */
  async dropOld(receivedBeforeMs: number, firstYoung: (outbox: Outbox) => number): Promise<number> {
    let sum = 0;
    for (const outbox of this.outboxes) {
      const onlyIf = { receivedBeforeMs, beforeSequence: firstYoung(outbox) };
      for (;;) {
        const dropped = await outbox.dropOldestSegment({ onlyIf });
        if (dropped === undefined) break;
        sum += dropped;
      }
    }
    return sum;
  }

  get queuedReadings(): number {
    return this.outboxes.reduce((sum, outbox) => sum + outbox.queuedReadings, 0);
  }

  get sizeBytes(): number {
    return this.outboxes.reduce((sum, outbox) => sum + outbox.sizeBytes, 0);
  }

  async tidy(): Promise<void> {
    for (const outbox of this.outboxes) await outbox.tidy();
    for (const outbox of this.#sealed.filter((candidate) => candidate.queuedReadings === 0)) {
      this.#sealed = this.#sealed.filter((candidate) => candidate !== outbox);
      await outbox.close();
      await rm(join(this.#folder, outbox.outboxId), { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    for (const outbox of this.outboxes) await outbox.close();
  }
}
