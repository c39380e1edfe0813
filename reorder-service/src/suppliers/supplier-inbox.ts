import { Inject, Injectable } from '@nestjs/common';
import type { DespatchAdviceMessage, OrderResponseMessage, OrderStatus } from '@shelfwire/contract';
import type { ServiceMetrics } from '@shelfwire/contract/service';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import type { OrderCommand } from '../orders/order-machine.ts';
import type { Order } from '../orders/order.ts';
import { changeOrder, lockOrder } from '../orders/order-store.ts';
import { CLOCK, METRICS, type Clock } from '../runtime/runtime.module.ts';

/** What became of a supplier's message. A repeat answers as the first time did, by the order's present status. */
export type SupplierMessageResult =
  | { ok: true; orderId: string; status: OrderStatus; repeated: boolean }
  | { ok: false; code: 'ORDER_NOT_FOUND' | 'LINE_NOT_FOUND' | 'ORDER_STATUS_CONFLICT'; detail: string };

/** What suppliers answer, whichever way it comes. Each message counts once, by its `messageId`. */
@Injectable()
export class SupplierInbox {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
    private readonly touched: TouchedBins,
  ) {}

  async applyOrderResponse(
    tenantId: string,
    supplierId: string,
    message: OrderResponseMessage,
  ): Promise<SupplierMessageResult> {
    return this.#apply(tenantId, supplierId, 'order-response', message, (order) => ({
      kind: 'acknowledge',
      supplierOrderNumber: message.supplierOrderNumber,
      lines: message.lines.map((line) => ({
        lineNumber: line.lineNumber,
        code: line.code,
        confirmedQuantity: inStockUnits(order, line.lineNumber, line.confirmedUnits),
        promisedDeliveryAtMs: line.promisedDeliveryAtMs,
        reason: line.reason,
      })),
    }));
  }

  async applyDespatchAdvice(
    tenantId: string,
    supplierId: string,
    message: DespatchAdviceMessage,
  ): Promise<SupplierMessageResult> {
    return this.#apply(tenantId, supplierId, 'despatch-advice', message, (order) => ({
      kind: 'despatch',
      expectedDeliveryAtMs: message.expectedDeliveryAtMs,
      lines: message.lines.map((line) => ({
        lineNumber: line.lineNumber,
        quantity: inStockUnits(order, line.lineNumber, line.shippedUnits),
      })),
    }));
  }

  async #apply(
    tenantId: string,
    supplierId: string,
    kind: 'order-response' | 'despatch-advice',
    message: OrderResponseMessage | DespatchAdviceMessage,
    commandFor: (order: Order) => OrderCommand,
  ): Promise<SupplierMessageResult> {
    const nowMs = this.clock();
    const applied = await withTenant(this.db, tenantId, async (tx) => {
      const order = await lockOrder(tx, tenantId, message.orderId);
      if (order?.supplierId !== supplierId) {
        const detail = `there is no order ${message.orderId} to this supplier`;
        return { order: undefined, result: { ok: false, code: 'ORDER_NOT_FOUND', detail } as const };
      }
      const { orderId } = order;
      if (!(await isNew(tx, { tenantId, supplierId, kind, message, nowMs }))) {
        return { order, result: { ok: true, orderId, status: order.status, repeated: true } as const };
      }
      const changed = await changeOrder(tx, order, commandFor(order), { actor: `supplier ${supplierId}`, nowMs });
      // Not kept: the supplier may send the same message again once it fits.
      if (!changed.ok) throw new Refused(changed);
      return { order, result: { ok: true, orderId, status: changed.order.status, repeated: false } as const };
    }).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
      const { code, detail } = error.why;
      return { order: undefined, result: { ok: false, code, detail } as const };
    });
    if (applied.order && applied.result.ok && !applied.result.repeated) {
      this.metrics.counter('shelfwire_reorder_orders_total').inc({ status: applied.result.status });
      const { siteId, lines } = applied.order;
      this.touched.touch({ tenantId, siteId }, [...new Set(lines.map((line) => line.binId))]);
    }
    return applied.result;
  }
}

class Refused extends Error {
  constructor(readonly why: { code: 'ORDER_STATUS_CONFLICT' | 'LINE_NOT_FOUND'; detail: string }) {
    super(why.detail);
  }
}

async function isNew(
  tx: Tx,
  of: {
    tenantId: string;
    supplierId: string;
    kind: 'order-response' | 'despatch-advice';
    message: OrderResponseMessage | DespatchAdviceMessage;
    nowMs: number;
  },
): Promise<boolean> {
  const inserted = await tx
    .insertInto('supplier_message')
    .values({
      tenant_id: of.tenantId,
      supplier_id: of.supplierId,
      message_id: of.message.messageId,
      order_id: of.message.orderId,
      kind: of.kind,
      payload: JSON.stringify(of.message),
      received_at_ms: of.nowMs,
    })
    .onConflict((oc) => oc.doNothing())
    .returning('message_id')
    .executeTakeFirst();
  return inserted !== undefined;
}

function inStockUnits(order: Order, lineNumber: number, units: number): number {
  const line = order.lines.find((each) => each.lineNumber === lineNumber);
  return units * (line?.stockUnitsPerOrderUnit ?? 1);
}
