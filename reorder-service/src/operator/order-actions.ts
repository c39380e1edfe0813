import { Inject, Injectable } from '@nestjs/common';
import type { OrderStatus } from '@shelfwire/contract';
import type { CallOffOrder, NeedAfterwards } from '@shelfwire/contract/api';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import type { Order } from '../orders/order.ts';
import type { OrderCommand } from '../orders/order-machine.ts';
import { changeOrder, closeEpisodeOf, lockOrder } from '../orders/order-store.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { OrderDispatcher } from '../suppliers/order-dispatcher.ts';
import { enqueueOrder } from '../suppliers/order-outbox.ts';

export type ActionResult =
  | { ok: true; orderId: string; status: OrderStatus }
  | { ok: false; code: 'NOT_FOUND' | 'ORDER_STATUS_CONFLICT' | 'LINE_NOT_FOUND'; detail: string };

/** Who acts, for the audit trail. */
export interface Actor {
  tenantId: string;
  email: string;
}

/** What people decide about orders. Each is one transaction: the order, its trail, the need and what is to be sent. */
@Injectable()
export class OrderActions {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly touched: TouchedBins,
    private readonly publisher: EventPublisher,
    private readonly dispatcher: OrderDispatcher,
  ) {}

  approve(actor: Actor, orderId: string): Promise<ActionResult> {
    return this.#act(actor, orderId, { kind: 'approve' }, enqueueOrder);
  }

  /** The supplier gets it under the same idempotency key, so it cannot count twice. */
  retry(actor: Actor, orderId: string): Promise<ActionResult> {
    return this.#act(actor, orderId, { kind: 'release' }, enqueueOrder);
  }

  decline(actor: Actor, orderId: string, { reason, need }: CallOffOrder): Promise<ActionResult> {
    return this.#act(actor, orderId, { kind: 'decline', note: reason }, (tx, order, nowMs) =>
      settleNeed(tx, order, need, { email: actor.email, reason, nowMs }),
    );
  }

  cancel(actor: Actor, orderId: string, { reason, need }: CallOffOrder): Promise<ActionResult> {
    return this.#act(actor, orderId, { kind: 'cancel', note: reason }, (tx, order, nowMs) =>
      settleNeed(tx, order, need, { email: actor.email, reason, nowMs }),
    );
  }

  async #act(
    actor: Actor,
    orderId: string,
    command: OrderCommand,
    then: (tx: Tx, order: Order, nowMs: number) => Promise<void>,
  ): Promise<ActionResult> {
    const nowMs = this.clock();
    const outcome = await withTenant(this.db, actor.tenantId, async (tx) => {
      const order = await lockOrder(tx, actor.tenantId, orderId);
      if (!order) return { ok: false, code: 'NOT_FOUND', detail: 'There is no such order' } as const;
      const changed = await changeOrder(tx, order, command, { actor: actor.email, nowMs });
      if (changed.ok) await then(tx, changed.order, nowMs);
      return changed;
    });
    if (!outcome.ok) return outcome;
    const { order } = outcome;
    this.touched.touch(
      order,
      order.lines.map((line) => line.binId),
    );
    this.publisher.wake();
    this.dispatcher.wake();
    return { ok: true, orderId, status: order.status };
  }
}

async function settleNeed(
  tx: Tx,
  order: Order,
  need: NeedAfterwards,
  by: { email: string; reason: string; nowMs: number },
): Promise<void> {
  if (order.episodeId === null) return;
  if (need.kind === 'release') return closeEpisodeOf(tx, order, `called off: ${by.reason}`, by.nowMs);
  await tx
    .updateTable('episode')
    .set({ snoozed_until_ms: need.untilMs, snoozed_by: by.email, snoozed_because: by.reason })
    .where('episode_id', '=', order.episodeId)
    .where('closed_at_ms', 'is', null)
    .execute();
}
