import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { OrderEvent, StockEvent } from '@shelfwire/contract';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { CentralPublisher } from '../mqtt/central-publisher.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, LOGGER, METRICS, type Clock } from '../runtime/runtime.module.ts';

const INTERVAL_MS = 1_000;
const ROWS_PER_RUN = 100;
/** A replica that has taken rows and died gives them back after this. */
const LEASE_MS = 30_000;

interface Row {
  message_id: string;
  recipient: string;
  payload: { events: (OrderEvent | StockEvent)[] };
}

/**
 * Sends what the event outbox holds: each event at least once, in the order of the commits as long as one replica runs.
 * A row leaves the table after the broker has acknowledged all its events. Without a broker it waits.
 */
@Injectable()
export class EventPublisher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #job: PeriodicJob;
  /** What waits is counted as often as the job runs, not with each event. */
  #countedAtMs = -Infinity;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
    private readonly central: CentralPublisher,
  ) {
    this.#job = new PeriodicJob({
      intervalMs: INTERVAL_MS,
      work: () => this.publishDue(),
      onError: (error) => logger.warn({ err: error }, 'events cannot be published now, they wait'),
    });
  }

  onApplicationBootstrap(): void {
    this.#job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#job.stop();
  }

  wake(): void {
    this.#job.wake();
  }

  /** Sends everything that is due now, once. */
  async publishDue(): Promise<void> {
    if (!this.central.connected) return;
    for (;;) {
      const rows = await this.#claim();
      if (rows.length > 0) await this.#publish(rows);
      if (rows.length < ROWS_PER_RUN) break;
    }
    if (Math.abs(this.clock() - this.#countedAtMs) >= INTERVAL_MS) await this.#count();
  }

  /** In their order. What was acknowledged before something failed leaves the table with the rest, in one statement. */
  async #publish(rows: readonly Row[]): Promise<void> {
    const published: string[] = [];
    try {
      for (const { message_id, recipient, payload } of rows) {
        await Promise.all(payload.events.map((event) => this.central.publishEvent(recipient, event)));
        published.push(message_id);
      }
    } finally {
      if (published.length > 0)
        await this.db.deleteFrom('message_outbox').where('message_id', 'in', published).execute();
    }
  }

  async #count(): Promise<void> {
    this.#countedAtMs = this.clock();
    const { count } = await this.db
      .selectFrom('message_outbox')
      .select(sql<number>`count(*)`.as('count'))
      .where('sent_at_ms', 'is', null)
      .where('given_up_at_ms', 'is', null)
      .executeTakeFirstOrThrow();
    this.metrics.gauge('shelfwire_reorder_outbox_pending').set(count);
  }

  async #claim(): Promise<Row[]> {
    const nowMs = this.clock();
    const { rows } = await sql<Row & { position: number }>`
      update message_outbox set next_attempt_at_ms = ${nowMs + LEASE_MS}, attempts = attempts + 1
      where message_id in (
        select message_id from message_outbox
        where channel = 'mqtt' and sent_at_ms is null and given_up_at_ms is null and next_attempt_at_ms <= ${nowMs}
        order by position limit ${ROWS_PER_RUN} for update skip locked)
      returning message_id, position, recipient, payload`.execute(this.db);
    return rows.sort((a, b) => a.position - b.position);
  }
}
