import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';

import {
  orderCancellationAnswerSchema,
  orderChangeAnswerSchema,
  orderResponseMessageSchema,
  type DespatchAdviceMessage,
  type OrderCancellationAnswer,
  type OrderChangeAnswer,
  type OrderResponseMessage,
  type OrderStatus,
} from '@shelfwire/contract';
import type { ServiceMetrics } from '@shelfwire/contract/service';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import type { OrderCommand } from '../orders/order-command.ts';
import type { Order } from '../orders/order.ts';
import { changeOrder, lockOrder } from '../orders/order-store.ts';
import { recomputeAmount } from '../orders/order-amount.ts';
import { writeReceipt } from '../orders/receipts.ts';
import { settleNeed } from '../orders/settle-need.ts';
import { CLOCK, METRICS, type Clock } from '../runtime/runtime.module.ts';

/** What became of a supplier's message. A repeat answers as the first time did, by the order's present status. */
export type SupplierMessageResult =
  | { ok: true; orderId: string; status: OrderStatus; repeated: boolean }
  | { ok: false; code: 'ORDER_NOT_FOUND' | 'LINE_NOT_FOUND' | 'ORDER_STATUS_CONFLICT'; detail: string };

type MessageKind = 'order-response' | 'despatch-advice' | 'order-cancellation-answer' | 'order-change-answer';
type Message = OrderResponseMessage | DespatchAdviceMessage | OrderCancellationAnswer | OrderChangeAnswer;

interface Sender {
  tenantId: string;
  supplierId: string;
  /** The email of the supplier's person who says it; without one, its system does. */
  by: string | undefined;
}

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
    by?: string,
  ): Promise<SupplierMessageResult> {
    const commandFor = async (tx: Tx, order: Order): Promise<OrderCommand> => ({
      kind: 'acknowledge',
      priceTolerance: await priceToleranceOf(tx, tenantId, supplierId),
      supplierOrderNumber: message.supplierOrderNumber,
      lines: message.lines.map((line) => ({
        lineNumber: line.lineNumber,
        code: line.code,
        confirmedQuantity: inStockUnits(order, line.lineNumber, line.confirmedUnits),
        promisedDeliveryAtMs: line.promisedDeliveryAtMs,
        backorderPromisedAtMs: line.backorderPromisedAtMs,
        unitPriceCents: line.unitPriceCents,
        substitutePartNumber: line.substitutePartNumber,
        reason: line.reason,
      })),
    });
    const reprice = (tx: Tx, order: Order): Promise<void> => recomputeAmount(tx, order.orderId);
    return this.#apply({ tenantId, supplierId, by }, 'order-response', message, commandFor, reprice);
  }

  async applyDespatchAdvice(
    tenantId: string,
    supplierId: string,
    message: DespatchAdviceMessage,
    by?: string,
  ): Promise<SupplierMessageResult> {
    const announce = (tx: Tx, order: Order): Promise<void> => announceReceipt(tx, order, message, this.clock());
    const commandFor = (_: Tx, order: Order): OrderCommand => ({
      kind: 'despatch',
      expectedDeliveryAtMs: message.expectedDeliveryAtMs,
      lines: message.lines.map((line) => ({
        lineNumber: line.lineNumber,
        quantity: inStockUnits(order, line.lineNumber, line.shippedUnits),
      })),
    });
    return this.#apply({ tenantId, supplierId, by }, 'despatch-advice', message, commandFor, announce);
  }

  /** The supplier's word on a cancellation that we asked for, or its own. */
  async applyCancellation(
    tenantId: string,
    supplierId: string,
    message: OrderCancellationAnswer,
    by?: string,
  ): Promise<SupplierMessageResult> {
    const { answer, reason = null } = message;
    let need: Order['cancellation'] = null;
    const commandFor = (_: Tx, order: Order): OrderCommand => {
      need = order.cancellation;
      return { kind: 'cancellation-answer', answer, reason };
    };
    const settle = async (tx: Tx, order: Order): Promise<void> => {
      if (answer === 'accepted' && need) {
        await settleNeed(tx, order, need.need, {
          email: need.by,
          reason: 'the supplier cancelled',
          nowMs: this.clock(),
        });
      }
    };
    return this.#apply({ tenantId, supplierId, by }, 'order-cancellation-answer', message, commandFor, settle);
  }

  /** The supplier's word on a wish for an earlier date. */
  async applyChangeAnswer(
    tenantId: string,
    supplierId: string,
    message: OrderChangeAnswer,
    by?: string,
  ): Promise<SupplierMessageResult> {
    const { answer, promisedDeliveryAtMs, reason = null } = message;
    const command = { kind: 'urging-answer', answer, promisedDeliveryAtMs, reason } as const;
    return this.#apply({ tenantId, supplierId, by }, 'order-change-answer', message, () => command);
  }

  /** A supplier may answer at once, in the body of its 200. @returns undefined if the body is no answer about this order */
  async applyInlineAnswer(
    tenantId: string,
    supplierId: string,
    orderId: string,
    body: unknown,
  ): Promise<SupplierMessageResult | undefined> {
    const response = orderResponseMessageSchema.safeParse(body);
    if (response.data?.orderId === orderId) return this.applyOrderResponse(tenantId, supplierId, response.data);
    const cancellation = orderCancellationAnswerSchema.safeParse(body);
    if (cancellation.data?.orderId === orderId) return this.applyCancellation(tenantId, supplierId, cancellation.data);
    const change = orderChangeAnswerSchema.safeParse(body);
    if (change.data?.orderId === orderId) return this.applyChangeAnswer(tenantId, supplierId, change.data);
    return undefined;
  }

  async #apply(
    { tenantId, supplierId, by }: Sender,
    kind: MessageKind,
    message: Message,
    commandFor: (tx: Tx, order: Order) => OrderCommand | Promise<OrderCommand>,
    then?: (tx: Tx, order: Order) => Promise<void>,
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
      const changed = await changeOrder(tx, order, await commandFor(tx, order), {
        actor: by ?? `supplier ${supplierId}`,
        nowMs,
      });
      // Not kept: the supplier may send the same message again once it fits.
      if (!changed.ok) throw new Refused(changed);
      await then?.(tx, changed.order);
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
    kind: MessageKind;
    message: Message;
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

async function priceToleranceOf(tx: Tx, tenantId: string, supplierId: string): Promise<number> {
  const row = await tx
    .selectFrom('supplier')
    .select('price_tolerance')
    .where('tenant_id', '=', tenantId)
    .where('supplier_id', '=', supplierId)
    .executeTakeFirstOrThrow();
  return row.price_tolerance;
}

/** What is on its way is a receipt that a person confirms in one call, when it arrives under this SSCC. */
async function announceReceipt(tx: Tx, order: Order, message: DespatchAdviceMessage, nowMs: number): Promise<void> {
  await writeReceipt(tx, order, {
    receiptId: randomUUID(),
    status: 'ANNOUNCED',
    source: 'asn',
    by: null,
    sscc: message.sscc,
    lines: message.lines.map((line) => ({
      lineNumber: line.lineNumber,
      quantity: inStockUnits(order, line.lineNumber, line.shippedUnits),
      lot: line.lot,
      expiresOn: line.expiresOn,
    })),
    nowMs,
  });
}
