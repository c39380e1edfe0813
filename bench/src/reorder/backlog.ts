import { randomUUID } from 'node:crypto';

import type { Reading } from '@shelfwire/contract';
import { applyReadings, withTenant, type Db, type SiteMemory } from '@shelfwire/reorder-service/measurable';

import { SITE } from './site.ts';

const READINGS_PER_BATCH = 500;
const DAY_MS = 86_400_000;

/**
 * Half of a site's scales are at a gateway that is away for a day, while the others go on. It comes back, sends what is
 * live first, as gateways do, and then its backlog: every reading of it is late by then.
 */
export class Backlog {
  #memory: SiteMemory | undefined;
  readonly #db: Db;
  readonly #scales: number;
  readonly #startMs: number;

  constructor(db: Db, scales: number, startMs: number) {
    this.#db = db;
    this.#scales = scales;
    this.#startMs = startMs;
  }

  /** @returns readings of the backlog a second, accounted and committed */
  async run(backlogReadings: number, otherReadings: number): Promise<number> {
    const half = this.#scales / 2;
    const away = Array.from({ length: half }, (_, i) => i);
    const others = Array.from({ length: half }, (_, i) => half + i);
    await this.#send('gw-away', away, half, this.#startMs, 1);
    await this.#send('gw-other', others, otherReadings, this.#startMs + 1, DAY_MS / otherReadings);
    await this.#send('gw-away', away, half, this.#startMs + DAY_MS, 1);
    const startedAtMs = performance.now();
    await this.#send('gw-away', away, backlogReadings, this.#startMs + 1_000, (DAY_MS - 10_000) / backlogReadings);
    return backlogReadings / ((performance.now() - startedAtMs) / 1_000);
  }

  /** Each scale in turn; every tenth reading shows one piece less. */
  async #send(gatewayId: string, scales: readonly number[], count: number, fromMs: number, stepMs: number) {
    const outboxId = randomUUID();
    for (let first = 0; first < count; first += READINGS_PER_BATCH) {
      const readings = Array.from({ length: Math.min(READINGS_PER_BATCH, count - first) }, (_, i) => {
        const at = first + i;
        const round = Math.floor(at / scales.length);
        const pieces = 90 - (Math.floor((round + at) / 10) % 50);
        const observedAtMs = Math.round(fromMs + at * stepMs);
        const reading: Reading = {
          kind: 'weight',
          deviceId: `scale-${scales[at % scales.length]}`,
          observedAtMs,
          receivedAtMs: this.#startMs + 2 * DAY_MS,
          clockQuality: 'device',
          quality: 'good',
          netGrams: pieces * 10,
          stable: true,
        };
        return { sequence: at + 1, reading, raw: reading };
      });
      const incoming = { gatewayId, outboxId, readings };
      const context = { nowMs: this.#startMs + 2 * DAY_MS, remembered: this.#memory };
      const done = await withTenant(this.#db, SITE.tenantId, (tx) => applyReadings(tx, SITE, incoming, context));
      for (const [binId, bin] of done.bins) done.memory?.bins.set(binId, bin);
      this.#memory = done.memory;
    }
  }
}
