import { Inject, Injectable } from '@nestjs/common';
import type { OrderStatus } from '@shelfwire/contract';
import type { CallOffOrder, NeedAfterwards } from '@shelfwire/contract/api';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { approve, type Approver } from '../orders/approve.ts';
import { isFinal, type Order } from '../orders/order.ts';
import { isOnItsWay, type OrderCommand } from '../orders/order-machine.ts';
import { askForAttention, changeOrder, closeEpisodeOf, lockOrder } from '../orders/order-store.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { OrderDispatcher } from '../suppliers/order-dispatcher.ts';
import { enqueueOrder, supplierMayHave } from '../suppliers/order-outbox.ts';

export interface Refusal {
  ok: false;
  code: 'NOT_FOUND' | 'ORDER_STATUS_CONFLICT' | 'LINE_NOT_FOUND' | 'APPROVAL_NOT_ALLOWED';
  detail: string;
}
export type ActionResult = { ok: true; orderId: string; status: OrderStatus } | Refusal;

/** Who acts, for the rules and the audit trail. */
export interface Actor extends Approver {
  tenantId: string;
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

  /** One person's approval; the rules may want a second one, then the order still waits. */
  approve(actor: Actor, orderId: string): Promise<ActionResult> {
    return this.#inOrder(actor, orderId, async (tx, order, nowMs) => {
      const approved = await approve(tx, order, actor, nowMs);
      return approved.ok ? { ok: true, order: { ...order, status: approved.status } } : approved;
    });
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

  /** Only what the supplier cannot have: cancelled here alone, the goods would come and their need be ordered again. */
  cancel(actor: Actor, orderId: string, { reason, need }: CallOffOrder): Promise<ActionResult> {
    return this.#inOrder(actor, orderId, async (tx, order, nowMs) => {
      const by = { actor: actor.email, nowMs };
      if (isOnItsWay(order.status) || (!isFinal(order.status) && (await supplierMayHave(tx, orderId)))) {
        return refuseToCancel(tx, order, reason, by);
      }
      const changed = await changeOrder(tx, order, { kind: 'cancel', note: reason }, by);
      if (changed.ok) await settleNeed(tx, changed.order, need, { email: actor.email, reason, nowMs });
      return changed;
    });
  }

  #act(
    actor: Actor,
    orderId: string,
    command: OrderCommand,
    then: (tx: Tx, order: Order, nowMs: number) => Promise<void>,
  ): Promise<ActionResult> {
    return this.#inOrder(actor, orderId, async (tx, order, nowMs) => {
      const changed = await changeOrder(tx, order, command, { actor: actor.email, nowMs });
      if (changed.ok) await then(tx, changed.order, nowMs);
      return changed;
    });
  }

  /** Does it to the locked order, and tells those who wait for it once it is committed. */
  async #inOrder(
    actor: Actor,
    orderId: string,
    work: (tx: Tx, order: Order, nowMs: number) => Promise<{ ok: true; order: Order } | Refusal>,
  ): Promise<ActionResult> {
    const outcome = await withTenant(this.db, actor.tenantId, async (tx) => {
      const order = await lockOrder(tx, actor.tenantId, orderId);
      return order ? work(tx, order, this.clock()) : notFound();
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

function notFound(): Refusal {
  return { ok: false, code: 'NOT_FOUND', detail: 'There is no such order' };
}

/** The wish is kept on the order, where others see it; the supplier's rejection then ends the order. */
async function refuseToCancel(
  tx: Tx,
  order: Order,
  reason: string,
  by: { actor: string; nowMs: number },
): Promise<Refusal> {
  const note = `to be cancelled (${reason}): ask the supplier to reject it`;
  await askForAttention(tx, order, { event: 'CancellationWanted', note }, by);
  const detail = `The supplier may already have order ${order.orderNumber}. Ask the supplier: when they agree, they reject it, and it ends here too. Your wish is noted on the order.`;
  return { ok: false, code: 'ORDER_STATUS_CONFLICT', detail };
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
