import { setImmediate } from 'node:timers/promises';

import { Inject, Injectable, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';
import type { Subscription } from 'rxjs';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins, type Urgency } from '../events/touched-bins.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, LOGGER, METRICS, type Clock } from '../runtime/runtime.module.ts';
import { OrderDispatcher } from '../suppliers/order-dispatcher.ts';
import { evaluate } from './evaluate.ts';
import { LeftBehind } from './left-behind.ts';
import { WaitingBins } from './waiting-bins.ts';

interface Site {
  tenantId: string;
  siteId: string;
}

/**
 * A batch grows or shrinks so that it takes about this long: a shelf that runs low meanwhile waits for its end, and on
 * PGlite the whole process does.
 */
const BATCH_MS = 200;
const BATCH_MIN = 100;
const BATCH_MAX = 5_000;
const DUE_BINS_MAX = 500;
/** How late a decision that time alone makes may be. */
const DUE_INTERVAL_MS = 250;
/** What is due sooner is looked for on time; what is due later, at an interval's turn. */
const ON_TIME_WITHIN_MS = 60_000;
const AGAIN_AFTER_FAILURE_MS = 60_000;
/** How soon what a crashed replica left undecided is found. */
const SWEEP_INTERVAL_MS = 15_000;

/**
 * Decides about bins soon after something touched them, when their time has come, and in a sweep over what a crash may
 * have left behind. Touches of one bin that come close together are decided about once.
 */
@Injectable()
export class Evaluator implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #waiting = new WaitingBins();
  readonly #touches: Subscription;
  readonly #leftBehind = new LeftBehind();
  #batchSize = 500;
  readonly #deciding: PeriodicJob;
  readonly #due: PeriodicJob;
  readonly #sweep: PeriodicJob;
  /** The next look at what is due. */
  #onTime: { atMs: number; timer: NodeJS.Timeout } | undefined;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
    private readonly publisher: EventPublisher,
    private readonly dispatcher: OrderDispatcher,
    touched: TouchedBins,
  ) {
    this.#touches = touched.touches.subscribe((touch) => this.touch(touch, touch.binIds, touch.urgency));
    const onError = (error: unknown): void => this.logger.warn({ err: error }, 'deciding failed, it is tried again');
    this.#deciding = new PeriodicJob({ intervalMs: 1_000, work: () => this.decideTouched(), onError });
    this.#due = new PeriodicJob({ intervalMs: DUE_INTERVAL_MS, work: () => this.#touchDue(), onError });
    this.#sweep = new PeriodicJob({ intervalMs: SWEEP_INTERVAL_MS, work: () => this.#touchLeftBehind(), onError });
  }

  onApplicationBootstrap(): void {
    for (const job of [this.#deciding, this.#due, this.#sweep]) job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#touches.unsubscribe();
    clearTimeout(this.#onTime?.timer);
    await Promise.all([this.#due.stop(), this.#sweep.stop(), this.#deciding.stop()]);
  }

  /** Something about these bins changed; returns at once. */
  touch(site: Site, binIds: readonly string[], urgency: Urgency): void {
    if (binIds.length === 0) return;
    this.#waiting.add(site, binIds, urgency);
    this.#deciding.wake();
  }

  /** What was touched since; a job of its own wakes for it, unless a caller with another clock asks. */
  async decideTouched(): Promise<void> {
    for (;;) {
      const taken = this.#waiting.take(this.#batchSize);
      if (!taken) return;
      const { site, binIds, urgency } = taken;
      try {
        const startedAtMs = performance.now();
        await this.evaluateNow(site, binIds, urgency);
        this.#batchSize = nextBatchSize(this.#batchSize, binIds.length, performance.now() - startedAtMs);
      } catch (error) {
        // Noted without a wake: the next run comes after the job's interval, not at once.
        this.#waiting.add(site, binIds, urgency);
        throw error;
      }
      // PGlite answers without ever leaving this turn of the event loop: others would wait until all is decided.
      await setImmediate();
    }
  }

  /** One turn of each job, for a caller whose clock is not the wall's. */
  async decideDue(): Promise<void> {
    await this.#touchDue();
    await this.#touchLeftBehind();
    await this.decideTouched();
  }

  /** Decides about these bins at once. */
  async evaluateNow(site: Site, binIds: readonly string[], urgency: Urgency = 'now'): Promise<void> {
    const { tenantId, siteId } = site;
    const evaluation = await evaluate(this.db, { tenantId, siteId }, binIds, this.clock(), urgency);
    const counter = this.metrics.counter('shelfwire_reorder_decisions_total');
    for (const { decision } of evaluation.decisions) counter.inc({ decision });
    for (const failure of evaluation.failures) {
      counter.inc({ decision: 'FAILED' });
      this.logger.error({ tenantId, siteId, binId: failure.binId, err: failure.error }, 'this bin cannot be decided');
    }
    if (evaluation.dueAtMs !== undefined) this.#lookAt(evaluation.dueAtMs);
    const failed = evaluation.failures.map(({ binId }) => binId);
    if (failed.length > 0) await this.#postpone(site, failed);
    if (evaluation.orders.length === 0) return;
    for (const order of evaluation.orders) {
      this.metrics.counter('shelfwire_reorder_orders_total').inc({ status: order.status });
      this.logger.info({ tenantId, siteId, orderNumber: order.orderNumber, status: order.status }, order.sentence);
    }
    this.dispatcher.wake();
    this.publisher.wake();
  }

  /** A low that must last for two seconds is ordered for after two seconds, not at the interval's next turn. */
  #lookAt(atMs: number): void {
    const waitMs = atMs - this.clock();
    if (waitMs <= 0 || waitMs > ON_TIME_WITHIN_MS || (this.#onTime && this.#onTime.atMs <= atMs)) return;
    clearTimeout(this.#onTime?.timer);
    const look = (): void => {
      this.#onTime = undefined;
      this.#due.wake();
    };
    this.#onTime = { atMs, timer: setTimeout(look, waitMs + 1).unref() };
  }

  /** What fails and is due would be due again at once, for ever, and keep the others from their turn. */
  async #postpone({ tenantId, siteId }: Site, binIds: readonly string[]): Promise<void> {
    const nowMs = this.clock();
    await this.db
      .updateTable('item_location')
      .set({ evaluate_at_ms: nowMs + AGAIN_AFTER_FAILURE_MS })
      .where('tenant_id', '=', tenantId)
      .where('site_id', '=', siteId)
      .where('bin_id', 'in', binIds)
      .where('evaluate_at_ms', '<=', nowMs)
      .execute();
  }

  /** What is held is not due by time: it waits for its sensor or for a person, with the review it had planned. */
  async #touchDue(): Promise<void> {
    const due = await this.db
      .selectFrom('item_location')
      .select(['tenant_id', 'site_id', 'bin_id'])
      .where('evaluate_at_ms', '<=', this.clock())
      .where((eb) => eb.or([eb('decision', 'is', null), eb('decision', '!=', 'HELD')]))
      .orderBy('evaluate_at_ms')
      .limit(DUE_BINS_MAX)
      .execute();
    this.#touchRows(due, 'first');
  }

  /** What may have been left behind, but for what this process has looked at already and found as it should be. */
  async #touchLeftBehind(): Promise<void> {
    this.#touchRows(await this.#leftBehind.next(this.db, this.clock()), 'later');
  }

  #touchRows(rows: readonly { tenant_id: string; site_id: string; bin_id: string }[], urgency: Urgency): void {
    for (const row of rows) this.touch({ tenantId: row.tenant_id, siteId: row.site_id }, [row.bin_id], urgency);
  }
}

function nextBatchSize(size: number, bins: number, tookMs: number): number {
  if (tookMs > BATCH_MS) return Math.max(BATCH_MIN, Math.floor(size / 2));
  // A batch that was not full says nothing about larger ones.
  return bins < size ? size : Math.min(BATCH_MAX, size * 2);
}
