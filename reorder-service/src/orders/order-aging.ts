import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from '@shelfwire/contract/service';
import { sql } from 'kysely';

import type { Config } from '../config.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import type { Tx } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, CONFIG, LOGGER, type Clock } from '../runtime/runtime.module.ts';
import { enqueueReminder } from '../suppliers/order-outbox.ts';
import { NOT_ASKED_YET, OVERDUE_GRACE_MS } from './cover.ts';
import type { Order } from './order.ts';
import { changeOrder, lockOrder } from './order-store.ts';

const INTERVAL_MS = 60_000;
const ORDERS_PER_RUN = 200;

interface Late {
  tenant_id: string;
  order_id: string;
  about: 'acknowledgement' | 'delivery';
  level: number;
}

/**
 * Orders that nobody answers or that do not come grow old, level by level: the supplier is reminded, the buyer is told
 * and the order covers nothing any more (its bins are decided about again), the administrator is told. Each level once.
 */
@Injectable()
export class OrderAging implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #job: PeriodicJob;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
    private readonly touched: TouchedBins,
  ) {
    this.#job = new PeriodicJob({
      intervalMs: INTERVAL_MS,
      work: () => this.age(),
      onError: (error) => logger.warn({ err: error }, 'orders cannot be aged now'),
    });
  }

  onApplicationBootstrap(): void {
    this.#job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#job.stop();
  }

  /** @returns how many orders reached a level */
  async age(): Promise<number> {
    const late = await this.#findLate(this.clock());
    for (const each of late) await this.#escalate(each, this.clock());
    return late.length;
  }

  /** Late since the first of its open lines is due, or since the supplier should have acknowledged. */
  async #findLate(nowMs: number): Promise<Late[]> {
    // After a day it is no cover any more (cover.ts), so the buyer is told by then, whatever is configured.
    const buyerAfterMs = Math.min(this.config.SHELFWIRE_ESCALATE_BUYER_AFTER_MS, OVERDUE_GRACE_MS);
    const adminAfterMs = Math.max(this.config.SHELFWIRE_ESCALATE_ADMIN_AFTER_MS, buyerAfterMs);
    const { rows } = await sql<Late>`
      with open_order as (
        select o.tenant_id, o.order_id, o.escalation_level,
               case when o.status = 'SENT' and o.acknowledged_at_ms is null
                    then o.sent_at_ms + s.acknowledge_within_ms end as answer_due_ms,
               (select min(coalesce(l.promised_delivery_at_ms, o.due_at_ms)) from purchase_order_line l
                where l.order_id = o.order_id and l.open
                  and l.ordered_quantity > l.cancelled_quantity + l.received_quantity + l.backordered_quantity) as due_ms
        from purchase_order o join supplier s using (tenant_id, supplier_id)
        where o.closed_at_ms is null and o.status not in (${sql.join(NOT_ASKED_YET)})
      ), late as (
        select *, case when due_ms < ${nowMs} then 'delivery' else 'acknowledgement' end as about,
               ${nowMs} - least(due_ms, answer_due_ms) as late_ms
        from open_order where due_ms < ${nowMs} or answer_due_ms < ${nowMs}
      ), leveled as (
        select *, case when late_ms > ${adminAfterMs} then 3 when late_ms > ${buyerAfterMs} then 2 else 1 end as level
        from late
      )
      select tenant_id, order_id, about, level from leveled
      where level > escalation_level limit ${ORDERS_PER_RUN}`.execute(this.db);
    return rows;
  }

  async #escalate(late: Late, nowMs: number): Promise<void> {
    const order = await this.db.transaction().execute(async (tx) => {
      const locked = await lockOrder(tx, late.tenant_id, late.order_id);
      if (!locked || locked.closedAtMs !== null || locked.escalationLevel >= late.level) return undefined;
      const by = { actor: 'aging', nowMs };
      if (locked.escalationLevel < 1 && locked.sentAtMs !== null) await enqueueReminder(tx, locked, late.about, nowMs);
      if (late.level >= 2 && locked.escalationLevel < 2) await decideAgain(tx, locked, nowMs);
      await changeOrder(tx, locked, { kind: 'escalate', ...wordsOf(late) }, by);
      return locked;
    });
    if (order) this.touched.touch(order, [...new Set(order.lines.map((line) => line.binId))]);
  }
}

function wordsOf({ about, level }: Late): { level: number; event: string; note: string } {
  if (level === 1) return { level, event: 'SupplierReminded', note: `asked after the ${about}` };
  const overdue = about === 'delivery';
  return {
    level,
    event: `${overdue ? 'OrderOverdue' : 'OrderUnacknowledged'}${level > 2 ? 'Escalated' : ''}`,
    note: overdue
      ? 'overdue: it no longer counts as cover'
      : 'the supplier has not acknowledged it: it no longer counts as cover',
  };
}

/** Kept with the mark: a touch is lost when the process dies, and nothing else looks at a quiet bin that was covered. */
async function decideAgain(tx: Tx, order: Order, nowMs: number): Promise<void> {
  const binIds = order.lines.map((line) => line.binId);
  await tx
    .updateTable('item_location')
    .set({ evaluate_at_ms: nowMs })
    .where('tenant_id', '=', order.tenantId)
    .where('site_id', '=', order.siteId)
    .where('bin_id', 'in', binIds)
    .where('evaluate_at_ms', 'is', null)
    .execute();
}
