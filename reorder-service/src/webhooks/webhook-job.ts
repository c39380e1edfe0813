import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';
import { sql } from 'kysely';

import type { Config } from '../config.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, CONFIG, LOGGER, METRICS, type Clock } from '../runtime/runtime.module.ts';
import { fanOut } from './fan-out.ts';
import { WebhookSender } from './webhook-sender.ts';

const INTERVAL_MS = 1_000;
/** Delivered ones are kept for whoever asks; an event that would come again within it is known. */
const DELIVERED_KEPT_MS = 7 * 86_400_000;
const DEAD_KEPT_MS = 30 * 86_400_000;
const TIDY_EVERY_MS = 60_000;
const ROWS_PER_TIDY = 5_000;

/**
 * Brings events from the outbox to customers' systems: fans them out, sends them, gives up what is too old, forgets what
 * is over. May run on every replica. Nothing here runs in a transaction of the ledger or of an order.
 */
@Injectable()
export class WebhookJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #fanOut: PeriodicJob;
  readonly #send: PeriodicJob;
  #tidiedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
    private readonly sender: WebhookSender,
  ) {
    const onError = (error: unknown): void => logger.warn({ err: error }, 'events cannot be told now, they wait');
    this.#send = new PeriodicJob({ intervalMs: INTERVAL_MS, work: () => this.sender.sendDue(), onError });
    // Apart from sending: a system that lets us wait for its answer holds up the queue of no other.
    this.#fanOut = new PeriodicJob({ intervalMs: INTERVAL_MS, work: () => this.prepare(), onError });
  }

  onApplicationBootstrap(): void {
    this.#fanOut.start();
    this.#send.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#fanOut.stop();
    await this.#send.stop();
  }

  /** Fans out everything that waits, and tidies now and then. */
  async prepare(): Promise<void> {
    const bounds = {
      waitingMax: this.config.SHELFWIRE_WEBHOOK_WAITING_MAX,
      giveUpAfterMs: this.config.SHELFWIRE_WEBHOOK_GIVE_UP_AFTER_MS,
    };
    while ((await fanOut(this.db, bounds, this.clock())).more);
    const nowMs = this.clock();
    if (nowMs - this.#tidiedAtMs < TIDY_EVERY_MS) return;
    this.#tidiedAtMs = nowMs;
    await this.#tidy(nowMs);
  }

  /** All at once, then everything that is due: for tests, which have no patience. */
  async run(): Promise<void> {
    await this.prepare();
    await this.sender.sendDue();
  }

  async #tidy(nowMs: number): Promise<void> {
    // What waits behind a system that is away need not be tried to be given up.
    await sql`
      update webhook_delivery d set state = 'dead', ended_at_ms = ${nowMs}, last_error = coalesce(d.last_error, s.last_error)
      from event_subscription s
      where s.tenant_id = d.tenant_id and s.subscription_id = d.subscription_id and d.state = 'waiting'
        and d.give_up_at_ms <= ${nowMs} and (s.failures > 0 or s.disabled_at_ms is not null)`.execute(this.db);
    await sql`
      delete from webhook_delivery where ctid in (
        select ctid from webhook_delivery
        where state = 'delivered' and ended_at_ms < ${nowMs - DELIVERED_KEPT_MS}
           or state = 'dead' and ended_at_ms < ${nowMs - DEAD_KEPT_MS}
        limit ${ROWS_PER_TIDY})`.execute(this.db);
    const { rows } = await sql<{ waiting: number; dead: number }>`
      select count(*) filter (where state = 'waiting')::int as waiting, count(*) filter (where state = 'dead')::int as dead
      from webhook_delivery where state <> 'delivered'`.execute(this.db);
    const gauge = this.metrics.gauge('shelfwire_reorder_webhook_waiting_events');
    gauge.set({ state: 'waiting' }, rows[0]?.waiting ?? 0);
    gauge.set({ state: 'dead' }, rows[0]?.dead ?? 0);
    const { rows: systems } = await sql<{ failing: number }>`
      select count(*)::int as failing from event_subscription
      where failing_since_ms is not null or disabled_at_ms is not null`.execute(this.db);
    this.metrics.gauge('shelfwire_reorder_webhooks_failing').set(systems[0]?.failing ?? 0);
  }
}
