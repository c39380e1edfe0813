import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { EventPublisher } from '../events/event-publisher.ts';
import { lockOrder } from '../orders/order-store.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, LOGGER, METRICS, type Clock } from '../runtime/runtime.module.ts';
import { OrderDispatcher } from '../suppliers/order-dispatcher.ts';
import { loadOf } from './gather.ts';
import { submitOrder } from './submit-order.ts';

const INTERVAL_MS = 5_000;
const ORDERS_PER_RUN = 200;

/**
 * Sends the drafts that gather for a truck when their time has come, or as soon as a bin of theirs falls to its emergency
 * point, its safety stock or to nothing: no bin runs empty for a full truck. May run on every replica.
 */
@Injectable()
export class SendTrucks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #job: PeriodicJob;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
    private readonly publisher: EventPublisher,
    private readonly dispatcher: OrderDispatcher,
  ) {
    this.#job = new PeriodicJob({
      intervalMs: INTERVAL_MS,
      work: () => this.run(),
      onError: (error) => this.logger.warn({ err: error }, 'gathered orders cannot be sent now, they wait'),
    });
  }

  onApplicationBootstrap(): void {
    this.#job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#job.stop();
  }

  /** @returns how many left */
  async run(): Promise<number> {
    const nowMs = this.clock();
    const { rows } = await sql<{ tenant_id: string; order_id: string }>`
      select o.tenant_id, o.order_id from purchase_order o
      where o.gather_until_ms is not null and o.status = 'DRAFT' and (o.gather_until_ms <= ${nowMs} or exists (
        select from purchase_order_line l
        join stock_level s on s.tenant_id = l.tenant_id and s.site_id = l.site_id and s.bin_id = l.bin_id
        join item_location il on il.tenant_id = l.tenant_id and il.site_id = l.site_id and il.bin_id = l.bin_id
        left join policy p on p.tenant_id = il.tenant_id and p.policy_id = il.policy_id and p.version = il.policy_version
        where l.order_id = o.order_id and l.open
          and s.on_hand <= coalesce((p.parameters->>'emergencyPoint')::bigint, (p.parameters->>'safetyStock')::bigint, 0)))
      order by o.gather_until_ms limit ${ORDERS_PER_RUN}`.execute(this.db);
    let left = 0;
    for (const { tenant_id: tenantId, order_id: orderId } of rows) {
      // One order that cannot be sent must not keep the others (failure mode 12).
      try {
        if (await this.#send(tenantId, orderId, nowMs)) left += 1;
      } catch (error) {
        this.logger.error({ tenantId, orderId, err: error }, 'a gathered order cannot be sent, it is tried again');
      }
    }
    if (left > 0) {
      this.dispatcher.wake();
      this.publisher.wake();
    }
    return left;
  }

  async #send(tenantId: string, orderId: string, nowMs: number): Promise<boolean> {
    return withTenant(this.db, tenantId, async (tx) => {
      const draft = await lockOrder(tx, tenantId, orderId);
      // Somebody else was faster: a replica, or a person who approved it or called it off.
      if (draft?.status !== 'DRAFT') return false;
      const waitedMs = nowMs - (draft.waitingSinceMs ?? nowMs);
      const dueAtMs = draft.dueAtMs === null ? null : draft.dueAtMs + waitedMs;
      await tx.updateTable('purchase_order').set({ due_at_ms: dueAtMs }).where('order_id', '=', orderId).execute();
      const { autoApprove } = await loadOf(tx, orderId);
      const order = await submitOrder(tx, { ...draft, dueAtMs }, autoApprove, nowMs);
      this.metrics.counter('shelfwire_reorder_orders_total').inc({ status: order.status });
      return true;
    });
  }
}
