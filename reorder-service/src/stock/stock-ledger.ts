import { randomUUID } from 'node:crypto';

import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { isRetryable } from '../database/retryable.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins, type Urgency } from '../events/touched-bins.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, LOGGER, METRICS, type Clock } from '../runtime/runtime.module.ts';
import { applyReadings, type Applied, type IncomingReadings } from './apply-readings.ts';
import { closeCountingTask } from './counting-tasks.ts';
import { eachOf, flushedSensor } from './sensors-seen.ts';
import type { BinMemory, SiteAddress, SiteMemory } from './site-memory.ts';
import type { SequencedReading } from './understand-readings.ts';
import { writeEachSensor, writeParked, writeSensors, type EachSensorSeen, type SensorSeen } from './write-ledger.ts';

const FLUSH_INTERVAL_MS = 5_000;

/** What a person says instead of a sensor. */
export type Said = Pick<SequencedReading, 'sequence' | 'count' | 'move'>;

/** Rolls back what turned out to be about nothing. */
class NothingDone extends Error {}

/**
 * The stock ledger of every site. `apply` resolves after the commit: then the readings are accounted for ever, each of
 * them once. It rejects only where trying again may help; readings that can never be applied are parked one by one.
 */
@Injectable()
export class StockLedger implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #memories = new Map<string, SiteMemory>();
  /** One piece of work at a time for a site, so that its memory and its ledger go together. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #flushing: PeriodicJob;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
    private readonly touched: TouchedBins,
    private readonly publisher: EventPublisher,
  ) {
    this.#flushing = new PeriodicJob({
      intervalMs: FLUSH_INTERVAL_MS,
      work: () => this.flush(),
      onError: (error) => this.logger.warn({ err: error }, 'times of readings cannot be written now'),
    });
  }

  onApplicationBootstrap(): void {
    this.#flushing.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#flushing.stop();
    await Promise.allSettled(this.#queues.values());
    await this.flush().catch((error: unknown) =>
      this.logger.warn({ err: error }, 'times of readings were not written'),
    );
  }

  /** @throws only what is worth a retry (the database is away) */
  async apply(site: SiteAddress, incoming: IncomingReadings): Promise<void> {
    await this.#inTurn(site, () => this.#applyOrIsolate(site, incoming));
  }

  /**
   * A person counted a bin: from now on the level is what they said, and the sensor is believed relative to it.
   * @returns false if the site has no such bin
   */
  async count(site: SiteAddress, counted: { binId: string; quantity: number; by: string }): Promise<boolean> {
    const nowMs = this.clock();
    const count = { ...counted, atMs: nowMs };
    // An outbox of its own: the count is one reading of one gateway that never speaks again.
    const source = { outboxId: randomUUID(), said: [{ sequence: 1, count }] };
    let known = false;
    await this.tell(site, source, async (tx) => {
      known = await closeCountingTask(tx, site, counted, nowMs);
      return known;
    });
    if (known) this.touched.touch(site, [counted.binId]);
    return known;
  }

  /**
   * Accounts what a person says, and does `also` in the same transaction. Repeats of one outbox and sequence
   * are one. Where `also` answers false, nothing is done at all.
   */
  async tell(
    site: SiteAddress,
    source: { outboxId: string; said: readonly Said[] },
    also: (tx: Tx) => Promise<boolean | void>,
  ): Promise<void> {
    const readings = source.said.map((each) => ({ ...each, reading: undefined, raw: each }));
    const incoming = { gatewayId: 'person', outboxId: source.outboxId, readings };
    await this.#inTurn(site, () => this.#applyOnce(site, incoming, also));
  }

  /**
   * Accounts readings that were parked, and does `also` in the same transaction.
   * @returns why it cannot be accounted still: then nothing is done
   */
  async replay(
    site: SiteAddress,
    incoming: IncomingReadings,
    also: (tx: Tx) => Promise<void>,
  ): Promise<string | undefined> {
    let detail: string | undefined;
    await this.#inTurn(site, () =>
      this.#applyOnce(site, incoming, async (tx, { parked }) => {
        detail = parked[0]?.detail;
        if (detail !== undefined) return false;
        await also(tx);
        return true;
      }),
    );
    return detail;
  }

  /** Writes the times of readings that changed nothing, for the stock list and for the next start. */
  async flush(): Promise<void> {
    for (const [key, memory] of this.#memories) {
      const [tenantId = '', siteId = ''] = key.split('/');
      const site = { tenantId, siteId };
      await this.#inTurn(site, () => this.#flushSite(site, memory));
    }
  }

  async #applyOrIsolate(site: SiteAddress, incoming: IncomingReadings): Promise<void> {
    try {
      await this.#applyOnce(site, incoming);
    } catch (error) {
      if (isRetryable(error)) throw error;
      // Something in it can never be applied. Halve until it stands alone, so that its neighbours are.
      const { readings } = incoming;
      const half = Math.floor(readings.length / 2);
      if (half === 0) return this.#parkFailed(site, incoming, error);
      await this.#applyOrIsolate(site, { ...incoming, readings: readings.slice(0, half) });
      await this.#applyOrIsolate(site, { ...incoming, readings: readings.slice(half) });
    }
  }

  async #applyOnce(
    site: SiteAddress,
    incoming: IncomingReadings,
    also?: (tx: Tx, applied: Applied) => Promise<boolean | void>,
  ): Promise<Applied | undefined> {
    const key = `${site.tenantId}/${site.siteId}`;
    const context = { nowMs: this.clock(), remembered: this.#memories.get(key) };
    // Forgotten until the commit is known: a commit whose answer is lost must not leave a memory that may be wrong.
    this.#memories.delete(key);
    const applied = await withTenant(this.db, site.tenantId, async (tx) => {
      // The lock first, whatever else is done: two who wait for each other would wait for ever.
      const done = await applyReadings(tx, site, incoming, context);
      if ((await also?.(tx, done)) === false) throw new NothingDone();
      return done;
    }).catch((error: unknown) => {
      if (error instanceof NothingDone) return undefined;
      throw error;
    });
    if (!applied) return undefined;
    if (applied.memory) {
      for (const [binId, bin] of applied.bins) applied.memory.bins.set(binId, bin);
      this.#memories.set(key, applied.memory);
    }
    this.#count(applied);
    this.#touch(site, applied);
    if (applied.eventCount > 0) this.publisher.wake();
    return applied;
  }

  #touch(site: SiteAddress, { touchedBinIds, lateBinIds, lowBinIds }: Applied): void {
    const byUrgency = Map.groupBy(touchedBinIds, (binId): Urgency => {
      if (lateBinIds.has(binId)) return 'later';
      return lowBinIds.has(binId) ? 'first' : 'now';
    });
    for (const [urgency, binIds] of byUrgency) this.touched.touch(site, binIds, urgency);
  }

  #count(applied: Applied): void {
    const readings = this.metrics.counter('shelfwire_reorder_readings_applied_total');
    readings.inc({ outcome: 'repeated' }, applied.repeated);
    for (const [outcome, count] of Object.entries(applied.counts)) readings.inc({ outcome }, count);
    const movements = this.metrics.counter('shelfwire_reorder_movements_total');
    for (const { kind } of applied.movements) movements.inc({ kind });
  }

  async #parkFailed(site: SiteAddress, incoming: IncomingReadings, error: unknown): Promise<void> {
    const nowMs = this.clock();
    const detail = error instanceof Error ? error.message : 'unknown error';
    const parked = incoming.readings.map(({ sequence, reading, raw }) => ({
      sequence,
      deviceId: reading?.deviceId ?? null,
      reason: 'handler-failed' as const,
      detail,
      raw,
    }));
    await withTenant(this.db, site.tenantId, (tx) => writeParked(tx, site, incoming, parked, nowMs));
    this.metrics.counter('shelfwire_reorder_readings_applied_total').inc({ outcome: 'parked' }, parked.length);
    this.logger.error(
      { ...site, gatewayId: incoming.gatewayId, err: error },
      'a reading cannot be applied, it is parked',
    );
  }

  async #flushSite(site: SiteAddress, memory: SiteMemory): Promise<void> {
    const key = `${site.tenantId}/${site.siteId}`;
    if (this.#memories.get(key)?.bins !== memory.bins) return;
    const seen: SensorSeen[] = [];
    const each: EachSensorSeen[] = [];
    const flushed = new Map<BinMemory, number>();
    for (const [binId, bin] of memory.bins) {
      if (bin.lastAtMs <= bin.flushedAtMs) continue;
      seen.push(flushedSensor(memory, binId, bin));
      each.push(...eachOf(binId, bin));
      flushed.set(bin, bin.lastAtMs);
    }
    if (seen.length === 0) return;
    const { ledgerVersion } = this.#memories.get(key) ?? memory;
    await withTenant(this.db, site.tenantId, async (tx) => {
      // The lock first here too: another replica may be applying a batch of this site.
      await tx
        .updateTable('site_ledger')
        .set((eb) => ({ flushed_version: eb.fn<number>('greatest', ['flushed_version', eb.val(ledgerVersion)]) }))
        .where('tenant_id', '=', site.tenantId)
        .where('site_id', '=', site.siteId)
        .execute();
      await writeSensors(tx, site, seen);
      await writeEachSensor(tx, site, each);
    });
    for (const [bin, atMs] of flushed) bin.flushedAtMs = atMs;
  }

  #inTurn<Result>(site: SiteAddress, work: () => Promise<Result>): Promise<Result> {
    const key = `${site.tenantId}/${site.siteId}`;
    const turn = (this.#queues.get(key) ?? Promise.resolve()).then(work, work);
    this.#queues.set(
      key,
      turn.catch(() => undefined),
    );
    return turn;
  }
}
