import { Inject, Injectable } from '@nestjs/common';
import type { OrderStatus } from '@shelfwire/contract';
import type { CallOffOrder, CloseOrder, EditOrder, UrgeOrder } from '@shelfwire/contract/api';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { approve, type Approver } from '../orders/approve.ts';
import { editOrder } from '../orders/edit-order.ts';
import { isFinal, type Order } from '../orders/order.ts';
import type { OrderCommand } from '../orders/order-command.ts';
import { isOnItsWay } from '../orders/order-step.ts';
import { changeOrder, lockOrder } from '../orders/order-store.ts';
import { settleNeed } from '../orders/settle-need.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { OrderDispatcher } from '../suppliers/order-dispatcher.ts';
import { enqueueCancellation, enqueueChange, enqueueOrder, supplierMayHave } from '../suppliers/order-outbox.ts';

export interface Refusal {
  ok: false;
  code: 'NOT_FOUND' | 'ORDER_STATUS_CONFLICT' | 'LINE_NOT_FOUND' | 'APPROVAL_NOT_ALLOWED' | 'EDIT_REFUSED';
  detail: string;
}
export type ActionResult =
  | { ok: true; orderId: string; status: OrderStatus; cancellationRequestedAtMs: number | null }
  | Refusal;

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

  /** Before it is sent: what, how much, from whom, until when. */
  edit(actor: Actor, orderId: string, edit: EditOrder): Promise<ActionResult> {
    return this.#inOrder(actor, orderId, (tx, order, nowMs) => editOrder(tx, order, edit, { ...actor, nowMs }));
  }

  /**
   * At once while the supplier cannot have it. What the supplier may have only the supplier can end, or the goods would
   * come and their need be ordered again: it is asked, and the order stands and covers until it agrees.
   */
  cancel(actor: Actor, orderId: string, { reason, need }: CallOffOrder): Promise<ActionResult> {
    return this.#inOrder(actor, orderId, async (tx, order, nowMs) => {
      const by = { actor: actor.email, nowMs };
      if (isOnItsWay(order.status) || (!isFinal(order.status) && (await supplierMayHave(tx, orderId)))) {
        const asked = { kind: 'request-cancellation', note: reason, by: actor.email, need } as const;
        const requested = await changeOrder(tx, order, asked, by);
        if (requested.ok && order.cancellation === null) await enqueueCancellation(tx, order, reason, nowMs);
        return requested;
      }
      const changed = await changeOrder(tx, order, { kind: 'cancel', note: reason }, by);
      if (changed.ok) await settleNeed(tx, changed.order, need, { email: actor.email, reason, nowMs });
      return changed;
    });
  }

  /** What the supplier has is asked for earlier; until they answer, nothing changes. */
  urge(actor: Actor, orderId: string, { wantedAtMs, reason }: UrgeOrder): Promise<ActionResult> {
    return this.#inOrder(actor, orderId, async (tx, order, nowMs) => {
      const wish = { kind: 'urge', wantedAtMs, by: actor.email, note: reason } as const;
      const urged = await changeOrder(tx, order, wish, { actor: actor.email, nowMs });
      if (urged.ok && urged.entries.length > 0) await enqueueChange(tx, order, { wantedAtMs, reason }, nowMs);
      return urged;
    });
  }

  /** The rest will not come: it covers nothing any more. Where nothing came at all, a person vouches for the supplier's word. */
  close(actor: Actor, orderId: string, { reason, need, supplierAgreed }: CloseOrder): Promise<ActionResult> {
    return this.#inOrder(actor, orderId, async (tx, order, nowMs) => {
      if (order.lines.some((line) => line.proposedQuantity > 0)) {
        return conflict(
          `Order ${order.orderNumber} has a delivery that waits for confirmation: confirm or dismiss it first`,
        );
      }
      const received = order.lines.some((line) => line.receivedQuantity > 0);
      if (!received && !supplierAgreed && (await supplierMayHave(tx, orderId))) {
        return conflict(
          `Nothing of order ${order.orderNumber} has come yet: cancel it, which asks the supplier, or say that the supplier has agreed`,
        );
      }
      const note = `${received ? 'closed short' : 'the supplier will not deliver'}: ${reason}`;
      const changed = await changeOrder(tx, order, { kind: 'close', note }, { actor: actor.email, nowMs });
      if (changed.ok) await settleNeed(tx, changed.order, need, { email: actor.email, reason, nowMs });
      return changed;
    });
  }

  /** What the supplier changed is as good as what was ordered. */
  acceptChange(actor: Actor, orderId: string): Promise<ActionResult> {
    return this.#act(actor, orderId, { kind: 'accept-change' }, () => Promise.resolve());
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
    const cancellationRequestedAtMs = order.cancellation?.requestedAtMs ?? null;
    return { ok: true, orderId, status: order.status, cancellationRequestedAtMs };
  }
}

function notFound(): Refusal {
  return { ok: false, code: 'NOT_FOUND', detail: 'There is no such order' };
}

function conflict(detail: string): Refusal {
  return { ok: false, code: 'ORDER_STATUS_CONFLICT', detail };
}
