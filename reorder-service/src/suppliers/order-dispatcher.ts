import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { orderResponseMessageSchema, type OrderResponseMessage } from '@shelfwire/contract';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';
import { sql } from 'kysely';

import type { Config } from '../config.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { EventPublisher } from '../events/event-publisher.ts';
import { askForAttention, changeOrder, lockOrder } from '../orders/order-store.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, CONFIG, LOGGER, METRICS, type Clock } from '../runtime/runtime.module.ts';
import { backoffMs } from './backoff.ts';
import { postOrder, type PostResult } from './post-order.ts';
import { SupplierInbox } from './supplier-inbox.ts';

const ORDERS_AT_ONCE = 8;
const LEASE_MARGIN_MS = 5_000;
const SENT_ALTHOUGH_ENDED = {
  event: 'OrderSentAlthoughEnded',
  note: 'the supplier took it although it had ended here: ask the supplier to reject it, or expect the goods',
};

interface Claimed {
  message_id: string;
  tenant_id: string;
  order_id: string;
  recipient: string;
  payload: Record<string, unknown>;
  attempts: number;
  created_at_ms: number;
  endpoint: string;
  api_token: string;
}

/**
 * Sends approved orders to their suppliers. Several replicas may run it: a row is taken by a lease that outlives one
 * request, nothing is locked while the supplier answers. Killed at any point, the order is sent again under the same
 * idempotency key, so that the supplier takes it once.
 */
@Injectable()
export class OrderDispatcher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #job: PeriodicJob;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
    private readonly inbox: SupplierInbox,
    private readonly publisher: EventPublisher,
  ) {
    this.#job = new PeriodicJob({
      intervalMs: 500,
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
    this.#job.wake();
  }

  /** Sends everything that is due now, once. @returns how many were tried */
  async sendDue(): Promise<number> {
    let tried = 0;
    for (;;) {
      const claimed = await this.#claim();
      await Promise.all(claimed.map((row) => this.#send(row)));
      tried += claimed.length;
      if (claimed.length < ORDERS_AT_ONCE) return tried;
    }
  }

  async #claim(): Promise<Claimed[]> {
    const nowMs = this.clock();
    const leaseMs = this.config.SHELFWIRE_SUPPLIER_TIMEOUT_MS + LEASE_MARGIN_MS;
    const { rows } = await sql<Claimed>`
      update message_outbox m set next_attempt_at_ms = ${nowMs + leaseMs}, attempts = m.attempts + 1
      from supplier s
      where s.tenant_id = m.tenant_id and s.supplier_id = m.recipient and m.message_id in (
        select o.message_id from message_outbox o join purchase_order po on po.order_id = o.order_id
        where o.channel = 'supplier' and o.sent_at_ms is null and o.given_up_at_ms is null
          and o.next_attempt_at_ms <= ${nowMs} and po.status not in ('CANCELLED', 'REJECTED', 'CLOSED', 'ON_HOLD')
        order by o.position limit ${ORDERS_AT_ONCE} for update of o, po skip locked)
      returning m.message_id, m.tenant_id, m.order_id, m.recipient, m.payload, m.attempts, m.created_at_ms,
                s.endpoint, s.api_token`.execute(this.db);
    return rows;
  }

  async #send(row: Claimed): Promise<void> {
    const result = await postOrder(
      { endpoint: row.endpoint, apiToken: row.api_token, orderId: row.order_id, message: row.payload },
      this.config.SHELFWIRE_SUPPLIER_TIMEOUT_MS,
    );
    this.metrics.counter('shelfwire_reorder_supplier_requests_total').inc({ outcome: result.kind });
    if (result.kind === 'accepted') await this.#sent(row, result.body);
    else await this.#notSent(row, result);
    this.publisher.wake();
  }

  async #sent(row: Claimed, body: unknown): Promise<void> {
    const nowMs = this.clock();
    const sent = await this.db.transaction().execute(async (tx) => {
      await tx
        .updateTable('message_outbox')
        .set({ sent_at_ms: nowMs, last_error: null })
        .where('message_id', '=', row.message_id)
        .execute();
      const order = await lockOrder(tx, row.tenant_id, row.order_id);
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
    const answer = inlineAnswer(body, row.order_id);
    if (!answer) return;
    const applied = await this.inbox.applyOrderResponse(row.tenant_id, row.recipient, answer);
    if (!applied.ok) this.logger.warn({ orderId: row.order_id, code: applied.code }, applied.detail);
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
      const waitMs = result.retryAfterMs ?? backoffMs(row.attempts, this.config.SHELFWIRE_SUPPLIER_BACKOFF_MS);
      await tx
        .updateTable('message_outbox')
        .set({
          last_error: result.detail,
          next_attempt_at_ms: nowMs + waitMs,
          given_up_at_ms: last ? nowMs : null,
        })
        .where('message_id', '=', row.message_id)
        .execute();
      if (!last) return;
      const order = await lockOrder(tx, row.tenant_id, row.order_id);
      const refused = result.kind === 'refused';
      const note = refused
        ? `the supplier refused it: ${result.detail}`
        : `not sent after ${row.attempts} attempts: ${result.detail}`;
      if (order) await changeOrder(tx, order, { kind: 'hold', note, refused }, { actor: 'dispatcher', nowMs });
    });
    const line = { orderId: row.order_id, supplierId: row.recipient, attempt: row.attempts, detail: result.detail };
    if (last) this.logger.error(line, 'an order cannot be sent, a person must act');
    else this.logger.warn(line, 'an order was not sent, it is tried again');
  }
}

/** A supplier may answer at once, in the body of its 200. */
function inlineAnswer(body: unknown, orderId: string): OrderResponseMessage | undefined {
  const answer = orderResponseMessageSchema.safeParse(body);
  return answer.success && answer.data.orderId === orderId ? answer.data : undefined;
}
