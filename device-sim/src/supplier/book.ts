import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import {
  despatchAdviceMessageSchema,
  orderCancellationAnswerSchema,
  orderChangeAnswerSchema,
  orderResponseMessageSchema,
  purchaseOrderMessageSchema,
  type DespatchAdviceMessage,
  type OrderCancellationAnswer,
  type OrderChangeAnswer,
  type OrderChangeMessage,
  type OrderResponseMessage,
  type PurchaseOrderMessage,
} from '@shelfwire/contract';
import { z } from 'zod';

import type { Delivery } from '../world/world.ts';
import type { Behaviour } from './behaviour.ts';

const supplierOrderSchema = z.object({
  idempotencyKey: z.string(),
  order: purchaseOrderMessageSchema,
  supplierOrderNumber: z.string(),
  receivedAtMs: z.int(),
  /** How often the same order came again. */
  repeats: z.int(),
  stage: z.enum(['received', 'responded', 'rejected', 'shipped', 'delivered']),
  /** When the next step is due; a failed callback moves it. */
  dueAtMs: z.int(),
  failedCallbacks: z.int(),
  response: orderResponseMessageSchema.optional(),
  despatch: despatchAdviceMessageSchema.optional(),
  /** The word on a cancellation, the same however often it is asked. */
  cancellation: orderCancellationAnswerSchema.optional(),
  /** The word on the last request for an earlier date, and which request that was. */
  change: z.object({ requestId: z.string(), answer: orderChangeAnswerSchema }).optional(),
});
export type SupplierOrder = z.infer<typeof supplierOrderSchema>;

export const bookStateSchema = z.object({ orders: z.array(supplierOrderSchema) });
export type BookState = z.infer<typeof bookStateSchema>;

export type Receipt =
  | { kind: 'taken'; order: SupplierOrder }
  | { kind: 'repeat'; order: SupplierOrder }
  /** The key was used for another order, or the order came under another key. */
  | { kind: 'conflict'; detail: string };

/** What the supplier wants to do next about one order. */
export type Step =
  | { kind: 'respond'; order: SupplierOrder; message: OrderResponseMessage }
  | { kind: 'ship'; order: SupplierOrder; message: DespatchAdviceMessage }
  | { kind: 'deliver'; order: SupplierOrder; deliveries: Delivery[] };

/**
 * The supplier's memory: each order once, by idempotency key, and how far it has come. Messages are made once and keep
 * their `messageId` over every repeat and restart. Time comes in as an argument.
 */
export class SupplierBook {
  readonly #orders = new Map<string, SupplierOrder>();

  constructor(kept?: BookState) {
    for (const order of kept?.orders ?? []) this.#orders.set(order.idempotencyKey, order);
  }

  get orders(): readonly SupplierOrder[] {
    return [...this.#orders.values()];
  }

  get state(): BookState {
    return { orders: [...this.#orders.values()] };
  }

  receive(idempotencyKey: string, order: PurchaseOrderMessage, behaviour: Behaviour, nowMs: number): Receipt {
    const known = this.#orders.get(idempotencyKey);
    if (known) {
      if (!isDeepStrictEqual(known.order, order)) {
        return { kind: 'conflict', detail: `the key ${idempotencyKey} was used for a different order` };
      }
      known.repeats += 1;
      return { kind: 'repeat', order: known };
    }
    const twin = this.orders.find((other) => other.order.orderId === order.orderId);
    if (twin) return { kind: 'conflict', detail: `order ${order.orderId} came before under another key` };
    const taken: SupplierOrder = {
      idempotencyKey,
      order,
      supplierOrderNumber: `SO-${String(this.#orders.size + 1).padStart(5, '0')}`,
      receivedAtMs: nowMs,
      repeats: 0,
      stage: 'received',
      dueAtMs: nowMs + behaviour.acknowledgeAfterMs,
      failedCallbacks: 0,
    };
    this.#orders.set(idempotencyKey, taken);
    return { kind: 'taken', order: taken };
  }

  /** @returns undefined if there is no such order */
  cancel(orderId: string, behaviour: Behaviour, nowMs: number): OrderCancellationAnswer | undefined {
    const order = this.orders.find((each) => each.order.orderId === orderId);
    if (!order) return undefined;
    if (order.cancellation) return order.cancellation;
    const hasLeft = order.stage === 'shipped' || order.stage === 'delivered';
    const refused = hasLeft || !behaviour.acceptCancellations;
    if (!refused) order.stage = 'rejected';
    order.cancellation = {
      schema: 'order-cancellation-answer/1',
      messageId: randomUUID(),
      orderId,
      atMs: nowMs,
      answer: refused ? 'refused' : 'accepted',
      ...(refused ? { reason: hasLeft ? 'the goods have left' : 'cancellations are not accepted' } : {}),
    };
    return order.cancellation;
  }

  /** Asked to hurry, it takes the next step at once, unless the goods have left. @returns undefined if there is no such order */
  hurry(request: OrderChangeMessage, behaviour: Behaviour, nowMs: number): OrderChangeAnswer | undefined {
    const order = this.orders.find((each) => each.order.orderId === request.orderId);
    if (!order) return undefined;
    if (order.change?.requestId === request.messageId) return order.change.answer;
    const hasLeft = order.stage !== 'received' && order.stage !== 'responded';
    if (!hasLeft) order.dueAtMs = Math.min(order.dueAtMs, nowMs);
    const promisedDeliveryAtMs = Math.max(request.requestedDeliveryAtMs, nowMs + behaviour.transitMs);
    const answer: OrderChangeAnswer = {
      schema: 'order-change-answer/1',
      messageId: randomUUID(),
      orderId: request.orderId,
      atMs: nowMs,
      ...(hasLeft
        ? { answer: 'refused', reason: 'the goods have left' }
        : { answer: 'accepted', promisedDeliveryAtMs }),
    };
    order.change = { requestId: request.messageId, answer };
    return answer;
  }

  /** Orders that still have a step to go, soonest first. */
  waiting(): SupplierOrder[] {
    return this.orders
      .filter((order) => order.stage !== 'delivered' && order.stage !== 'rejected')
      .sort((a, b) => a.dueAtMs - b.dueAtMs);
  }

  nextStep(order: SupplierOrder, behaviour: Behaviour, nowMs: number): Step | undefined {
    switch (order.stage) {
      case 'received':
        if (behaviour.silent) return undefined;
        order.response ??= makeResponse(order, behaviour, nowMs);
        return { kind: 'respond', order, message: order.response };
      case 'responded':
        order.despatch ??= makeDespatch(order, behaviour, nowMs);
        return { kind: 'ship', order, message: order.despatch };
      case 'shipped':
        return { kind: 'deliver', order, deliveries: makeDeliveries(order) };
      default:
        return undefined;
    }
  }

  done(step: Step, behaviour: Behaviour, nowMs: number): void {
    const { order } = step;
    order.failedCallbacks = 0;
    switch (step.kind) {
      case 'respond':
        order.stage = step.message.lines.some((line) => line.confirmedUnits > 0) ? 'responded' : 'rejected';
        order.dueAtMs = nowMs + behaviour.shipAfterMs;
        break;
      case 'ship':
        order.stage = 'shipped';
        order.dueAtMs = nowMs + behaviour.transitMs + behaviour.promiseLaterMs;
        break;
      case 'deliver':
        order.stage = 'delivered';
        break;
    }
  }

  failed(order: SupplierOrder, retryAfterMs: number, nowMs: number): void {
    order.failedCallbacks += 1;
    order.dueAtMs = nowMs + retryAfterMs;
  }
}

function makeResponse(order: SupplierOrder, behaviour: Behaviour, nowMs: number): OrderResponseMessage {
  return {
    schema: 'order-response/1',
    messageId: randomUUID(),
    orderId: order.order.orderId,
    supplierOrderNumber: order.supplierOrderNumber,
    atMs: nowMs,
    lines: order.order.lines.map((line) => {
      const rejected =
        behaviour.rejectPartNumbers.includes('*') || behaviour.rejectPartNumbers.includes(line.supplierPartNumber);
      const confirmedUnits = rejected ? 0 : Math.floor(line.orderedUnits * behaviour.confirmRatio);
      const { lineNumber } = line;
      if (confirmedUnits === 0) return { lineNumber, code: 'IR', confirmedUnits, reason: 'not available' };
      return {
        lineNumber,
        code: codeOf(line, confirmedUnits, behaviour),
        confirmedUnits,
        promisedDeliveryAtMs: promised(behaviour, nowMs + behaviour.shipAfterMs),
        ...(line.unitPriceCents === undefined || behaviour.priceFactor === 1
          ? {}
          : { unitPriceCents: line.unitPriceCents * behaviour.priceFactor }),
        ...(confirmedUnits === line.orderedUnits ? {} : { reason: 'quantity changed to what is in stock' }),
      };
    }),
  };
}

function promised({ transitMs, promiseMarginMs, promiseLaterMs }: Behaviour, shippedAtMs: number): number {
  return shippedAtMs + transitMs + promiseMarginMs + promiseLaterMs;
}

/** The code of what differs most; the message says all of it. */
function codeOf(
  line: PurchaseOrderMessage['lines'][number],
  confirmedUnits: number,
  behaviour: Behaviour,
): 'IA' | 'IQ' | 'IP' | 'DR' {
  if (confirmedUnits !== line.orderedUnits) return 'IQ';
  if (behaviour.priceFactor !== 1 && line.unitPriceCents !== undefined) return 'IP';
  return behaviour.promiseLaterMs > 0 ? 'DR' : 'IA';
}

function makeDespatch(order: SupplierOrder, behaviour: Behaviour, nowMs: number): DespatchAdviceMessage {
  const lines = order.response?.lines ?? [];
  return {
    schema: 'despatch-advice/1',
    messageId: randomUUID(),
    orderId: order.order.orderId,
    atMs: nowMs,
    sscc: makeSscc(order.supplierOrderNumber),
    expectedDeliveryAtMs: promised(behaviour, nowMs),
    lines: lines.map(({ lineNumber, confirmedUnits }) => ({
      lineNumber,
      shippedUnits: Math.floor(confirmedUnits * behaviour.shipRatio),
    })),
  };
}

function makeDeliveries(order: SupplierOrder): Delivery[] {
  return (order.despatch?.lines ?? []).flatMap(({ lineNumber, shippedUnits }) => {
    const line = order.order.lines.find((candidate) => candidate.lineNumber === lineNumber);
    if (!line || shippedUnits === 0) return [];
    const { orderId } = order.order;
    return [
      {
        deliveryId: `${orderId}/${lineNumber}`,
        orderId,
        partNumber: line.supplierPartNumber,
        pieces: shippedUnits * line.stockUnitsPerUnit,
      },
    ];
  });
}

/** 17 digits and the GS1 check digit (weights 3 and 1 from the right; GS1 General Specifications 7.9). */
export function makeSscc(supplierOrderNumber: string): string {
  const serial = supplierOrderNumber.replaceAll(/\D/g, '').padStart(9, '0');
  const digits = `04012345${serial}`;
  const sum = Array.from(digits, Number).reduce((total, digit, index) => total + digit * (index % 2 === 0 ? 3 : 1), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
