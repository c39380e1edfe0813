import { randomUUID } from 'node:crypto';

import type { Reading } from '@shelfwire/contract';
import { applyReadings, withTenant, type Db, type SiteMemory } from '@shelfwire/reorder-service/measurable';

import { SITE } from './site.ts';

const READINGS_PER_BATCH = 500;
const NOW_MS = 1_763_800_000_000;

/** Readings of one gateway: each scale in turn, of which a share shows a changed load. Sequences and times only grow. */
export class ReadingSource {
  readonly #outboxId = randomUUID();
  readonly #pieces: Int32Array;
  #sequence = 0;
  #cursor = -1;
  #due = 0;
  #memory: SiteMemory | undefined;

  readonly #db: Db;
  readonly #devices: number;

  constructor(db: Db, devices: number) {
    this.#db = db;
    this.#devices = devices;
    this.#pieces = new Int32Array(devices).fill(100);
  }

  /** @returns readings a second, applied and committed, for at least `durationMs` */
  async run(changedShare: number, durationMs: number): Promise<number> {
    const startedAtMs = performance.now();
    let applied = 0;
    let elapsedMs = 0;
    do {
      await this.#applyBatch(changedShare);
      applied += READINGS_PER_BATCH;
      elapsedMs = performance.now() - startedAtMs;
    } while (elapsedMs < durationMs);
    return (applied / elapsedMs) * 1_000;
  }

  /** Every scale says something once, so that every bin has a level. */
  async fill(): Promise<void> {
    await this.apply(this.#devices, 0);
  }

  /** @returns how many readings were applied, in whole batches */
  async apply(readings: number, changedShare: number, db = this.#db): Promise<number> {
    let applied = 0;
    for (; applied < readings; applied += READINGS_PER_BATCH) await this.#applyBatch(changedShare, db);
    return applied;
  }

  async #applyBatch(changedShare: number, db = this.#db): Promise<void> {
    const first = this.#sequence + 1;
    const readings = Array.from({ length: READINGS_PER_BATCH }, (_, i) => {
      const reading = this.#next(changedShare, first + i);
      return { sequence: first + i, reading, raw: reading };
    });
    this.#sequence += READINGS_PER_BATCH;
    const incoming = { gatewayId: 'gw-1', outboxId: this.#outboxId, readings };
    const context = { nowMs: NOW_MS + this.#sequence, remembered: this.#memory };
    const done = await withTenant(db, SITE.tenantId, (tx) => applyReadings(tx, SITE, incoming, context));
    for (const [binId, bin] of done.bins) done.memory?.bins.set(binId, bin);
    this.#memory = done.memory;
  }

  #next(changedShare: number, sequence: number): Reading {
    this.#cursor = (this.#cursor + 1) % this.#devices;
    this.#due += changedShare;
    const before = this.#pieces[this.#cursor] ?? 0;
    if (this.#due >= 1) {
      this.#due -= 1;
      this.#pieces[this.#cursor] = before > 30 ? before - 1 : 100;
    }
    return {
      kind: 'weight',
      deviceId: `scale-${this.#cursor}`,
      receivedAtMs: NOW_MS + sequence,
      clockQuality: 'gateway',
      quality: 'good',
      netGrams: (this.#pieces[this.#cursor] ?? 0) * 10,
      stable: true,
    };
  }
}
