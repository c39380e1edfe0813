import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { beginSpan, type Logger, type ServiceMetrics } from '@shelfwire/contract/service';

import type { Config } from '../config.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { EventPublisher } from '../events/event-publisher.ts';
import { askForAttention, changeOrder, lockOrder } from '../orders/order-store.ts';
import { Outside } from '../outbound/outside.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, CONFIG, LOGGER, METRICS, type Clock } from '../runtime/runtime.module.ts';
import { backoffMs } from './backoff.ts';
import { claimMessages, laneOf, type Claimed } from './claim-messages.ts';
import { postToSupplier, type PostResult } from './post-to-supplier.ts';
import { SupplierInbox } from './supplier-inbox.ts';
import { requestOf } from './supplier-request.ts';

const INTERVAL_MS = 500;
const LEASE_MARGIN_MS = 5_000;
/** A supplier may ask for time, but not keep an order from a person for days: each attempt counts, and the last one is told. */
const ASKED_WAIT_MS_MAX = 3_600_000;
const SENT_ALTHOUGH_ENDED = {
  event: 'OrderSentAlthoughEnded',
  note: 'the supplier took it although it had ended here: ask the supplier to reject it, or expect the goods',
};

const COULD_NOT_BE_ASKED = {
  cancellation: { to: 'to cancel it', event: 'CancellationNotSent' },
  change: { to: 'to deliver it earlier', event: 'UrgingNotSent' },
} as const;

/**
 * Sends approved orders to their suppliers, each supplier in a lane of its own. Several replicas may run it: a row is
 * taken by a lease that outlives one request, nothing is locked while the supplier answers. Killed at any point, the
 * order is sent again under the same idempotency key, so that the supplier takes it once.
 */
@Injectable()
export class OrderDispatcher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #job: PeriodicJob;
  /** Suppliers whose answer is awaited. */
  readonly #lanes = new Map<string, Promise<void>>();
  #wakeUp: (() => void) | undefined;
  #pause: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
    private readonly inbox: SupplierInbox,
    private readonly publisher: EventPublisher,
    private readonly outside: Outside,
  ) {
    this.#job = new PeriodicJob({
      intervalMs: INTERVAL_MS,
      work: () => this.sendDue(),
      onError: (error) => this.logger.warn({ err: error }, 'orders cannot be sent now, they wait'),
    });
  }

  onApplicationBootstrap(): void {
    this.#job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#job.stop();
  }

  wake(): void {
    this.#wakeUp?.();
    this.#job.wake();
  }

  /** Sends everything that is due now, once, and waits for the last answer. @returns how many messages were tried */
  async sendDue(): Promise<number> {
    let tried = 0;
    for (;;) {
      const claimed = await this.#claim();
      for (const [lane, rows] of Map.groupBy(claimed, laneOf)) {
        const sending = Promise.all(rows.map((row) => this.#send(row)))
          .then(() => undefined)
          .finally(() => this.#lanes.delete(lane));
        this.#lanes.set(lane, sending);
      }
      tried += claimed.length;
      if (this.#lanes.size === 0) return tried;
      // Somebody's answer frees its lane; meanwhile others may have become due.
      await this.#nextOccasion();
    }
  }

  async #nextOccasion(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wakeUp = resolve;
    });
    const pause = new Promise<void>((resolve) => {
      this.#pause = setTimeout(resolve, INTERVAL_MS);
    });
    try {
      await Promise.race([woken, pause, ...this.#lanes.values()]);
    } finally {
      clearTimeout(this.#pause);
      this.#wakeUp = undefined;
    }
  }

  #claim(): Promise<Claimed[]> {
    const leaseMs = this.config.SHELFWIRE_SUPPLIER_TIMEOUT_MS + LEASE_MARGIN_MS;
    return claimMessages(this.db, new Set(this.#lanes.keys()), { nowMs: this.clock(), leaseMs });
  }

  async #send(row: Claimed): Promise<void> {
    const result = await this.#tell(row);
    if (result.kind !== 'accepted') await this.#notSent(row, result);
    else if (row.kind === 'order') await this.#sent(row, result.body);
    else await this.#delivered(row, result.body);
    this.publisher.wake();
  }

  /** A supplier without a system has a message as soon as it stands in their console: nothing is posted. */
  async #tell(row: Claimed): Promise<PostResult> {
    if (row.channel === 'console') return { kind: 'accepted', body: undefined };
    const result = await this.#post(row);
    this.metrics.counter('shelfwire_reorder_supplier_requests_total').inc({ outcome: result.kind });
    return result;
  }

  /** Each attempt is a step of the order's trace; its context goes along, for suppliers who trace too. */
  async #post(row: Claimed): Promise<PostResult> {
    const attributes = { 'shelfwire.order': row.order_id, 'shelfwire.supplier': row.recipient };
    const span =
      row.traceparent === null
        ? undefined
        : beginSpan(`send ${row.kind}`, { traceparent: row.traceparent, startMs: this.clock(), attributes });
    const request = { ...requestOf(row), traceparent: span?.traceparent };
    const result = await postToSupplier(this.outside, request, this.config.SHELFWIRE_SUPPLIER_TIMEOUT_MS);
    span?.end(this.clock(), { 'shelfwire.outcome': result.kind, 'shelfwire.attempt': row.attempts });
    return result;
  }

  /** A cancellation or a reminder is with the supplier; the answer may have come at once. */
  async #delivered(row: Claimed, body: unknown): Promise<void> {
    await this.db
      .updateTable('message_outbox')
      .set({ sent_at_ms: this.clock(), last_error: null })
      .where('message_id', '=', row.message_id)
      .execute();
    await this.#takeAnswer(row, body);
  }

  async #takeAnswer(row: Claimed, body: unknown): Promise<void> {
    const applied = await this.inbox.applyInlineAnswer(row.tenant_id, row.recipient, row.order_id, body);
    if (applied && !applied.ok) this.logger.warn({ orderId: row.order_id, code: applied.code }, applied.detail);
  }

  async #sent(row: Claimed, body: unknown): Promise<void> {
    const nowMs = this.clock();
    const sent = await this.db.transaction().execute(async (tx) => {
      // The order first, as everybody does who changes both: two who wait for each other would wait for ever.
      const order = await lockOrder(tx, row.tenant_id, row.order_id);
      await tx
        .updateTable('message_outbox')
        .set({ sent_at_ms: nowMs, last_error: null })
        .where('message_id', '=', row.message_id)
        .execute();
      if (!order) return false;
      const by = { actor: 'dispatcher', nowMs };
      const changed = await changeOrder(tx, order, { kind: 'sent' }, by);
      if (!changed.ok) await askForAttention(tx, order, SENT_ALTHOUGH_ENDED, by);
      return changed.ok;
    });
    if (!sent) {
      this.logger.error({ orderId: row.order_id, supplierId: row.recipient }, SENT_ALTHOUGH_ENDED.note);
      return;
    }
    this.metrics.counter('shelfwire_reorder_orders_total').inc({ status: 'SENT' });
    await this.#observeLowToSent(row, nowMs);
    await this.#takeAnswer(row, body);
  }

  async #observeLowToSent(row: Claimed, nowMs: number): Promise<void> {
    const low = await this.db
      .selectFrom('purchase_order as o')
      .innerJoin('episode as e', 'e.episode_id', 'o.episode_id')
      .select('e.low_reading_received_at_ms as lowAtMs')
      .where('o.order_id', '=', row.order_id)
      .executeTakeFirst();
    if (!low?.lowAtMs) return;
    this.metrics.histogram('shelfwire_reorder_low_to_sent_seconds').observe((nowMs - low.lowAtMs) / 1_000);
  }

  async #notSent(row: Claimed, result: Exclude<PostResult, { kind: 'accepted' }>): Promise<void> {
    const nowMs = this.clock();
    const last = result.kind === 'refused' || row.attempts >= this.config.SHELFWIRE_SUPPLIER_ATTEMPTS_MAX;
    await this.db.transaction().execute(async (tx) => {
      const order = last ? await lockOrder(tx, row.tenant_id, row.order_id) : undefined;
      const askedMs = Math.min(result.retryAfterMs ?? 0, ASKED_WAIT_MS_MAX);
      // Never at once, whatever is asked or chance says: all attempts would be over in a moment.
      const waitMs = Math.max(1, askedMs, backoffMs(row.attempts, this.config.SHELFWIRE_SUPPLIER_BACKOFF_MS));
      await tx
        .updateTable('message_outbox')
        .set({
          last_error: result.detail,
          next_attempt_at_ms: nowMs + waitMs,
          given_up_at_ms: last ? nowMs : null,
        })
        .where('message_id', '=', row.message_id)
        .execute();
      if (!last || row.kind === 'reminder') return;
      const refused = result.kind === 'refused';
      const why = refused ? `the supplier refused it: ${result.detail}` : `${row.attempts} attempts: ${result.detail}`;
      const by = { actor: 'dispatcher', nowMs };
      const unasked = row.kind === 'order' ? undefined : COULD_NOT_BE_ASKED[row.kind];
      if (order && unasked) {
        const note = `the supplier could not be asked ${unasked.to}, call them (${why})`;
        await askForAttention(tx, order, { event: unasked.event, note }, by);
      } else if (order) {
        const note = refused ? why : `not sent after ${why}`;
        await changeOrder(tx, order, { kind: 'hold', note, refused }, by);
      }
    });
    const line = {
      orderId: row.order_id,
      supplierId: row.recipient,
      message: row.kind,
      attempt: row.attempts,
      detail: result.detail,
    };
    if (!last) this.logger.warn(line, 'a message to a supplier was not sent, it is tried again');
    else if (row.kind === 'reminder') this.logger.info(line, 'the supplier takes no reminder');
    else this.logger.error(line, 'a message to a supplier cannot be sent, a person must act');
  }
}
