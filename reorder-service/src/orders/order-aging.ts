import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from '@shelfwire/contract/service';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import type { Tx } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, LOGGER, type Clock } from '../runtime/runtime.module.ts';
import { isOverdue, NOT_ASKED_YET, OVERDUE_GRACE_MS } from './cover.ts';
import type { Order } from './order.ts';
import { lockOrder, writeAudit } from './order-store.ts';

const INTERVAL_MS = 60_000;
/** A supplier that has not answered for so long is asked by a person. */
const UNACKNOWLEDGED_AFTER_MS = 86_400_000;
const ORDERS_PER_RUN = 200;
/** A person was told already if the attention begins with it. Any other note must not hide that an order is overdue. */
const OVERDUE_MARK = 'overdue';

/**
 * Orders that nobody answers or that do not come grow old: they get a note for a person, once, and their bins are
 * decided about again, since an overdue order covers nothing.
 */
@Injectable()
export class OrderAging implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #job: PeriodicJob;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
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

  /** @returns how many orders were found old */
  async age(): Promise<number> {
    const nowMs = this.clock();
    const old = await this.db
      .selectFrom('purchase_order')
      .select(['tenant_id', 'order_id', 'due_at_ms'])
      .where('closed_at_ms', 'is', null)
      .where((eb) =>
        eb.or([
          eb.and([
            eb('due_at_ms', '<', nowMs - OVERDUE_GRACE_MS),
            eb('status', 'not in', NOT_ASKED_YET),
            eb.or([eb('attention', 'is', null), eb('attention', 'not like', `${OVERDUE_MARK}%`)]),
          ]),
          eb.and([
            eb('attention', 'is', null),
            eb('acknowledged_at_ms', 'is', null),
            eb('sent_at_ms', '<', nowMs - UNACKNOWLEDGED_AFTER_MS),
          ]),
        ]),
      )
      .limit(ORDERS_PER_RUN)
      .execute();
    for (const row of old) await this.#mark(row.tenant_id, row.order_id, nowMs);
    return old.length;
  }

  async #mark(tenantId: string, orderId: string, nowMs: number): Promise<void> {
    const order = await this.db.transaction().execute(async (tx) => {
      const locked = await lockOrder(tx, tenantId, orderId);
      if (!locked || locked.closedAtMs !== null) return undefined;
      const overdue = isOverdue({ dueAtMs: locked.dueAtMs, orderStatus: locked.status }, nowMs);
      if (locked.attention !== null && (!overdue || locked.attention.startsWith(OVERDUE_MARK))) return undefined;
      const before = locked.attention === null ? '' : `; ${locked.attention}`;
      const note = overdue
        ? `${OVERDUE_MARK}: it no longer counts as cover${before}`
        : 'the supplier has not acknowledged it';
      await tx.updateTable('purchase_order').set({ attention: note }).where('order_id', '=', orderId).execute();
      if (overdue) await decideAgain(tx, locked, nowMs);
      const event = overdue ? 'OrderOverdue' : 'OrderUnacknowledged';
      await writeAudit(tx, locked, [{ status: locked.status, event, note }], { actor: 'aging', nowMs });
      return locked;
    });
    if (order) this.touched.touch(order, [...new Set(order.lines.map((line) => line.binId))]);
  }
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
