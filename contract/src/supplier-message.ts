import { z } from 'zod';

import { epochMsSchema, idSchema } from './reading.ts';

/**
 * The JSON messages between the reorder-service and a supplier's system. The order goes out by
 * `POST <supplier endpoint>/orders` with the header `Idempotency-Key: <orderId>`; the answers come back by
 * `POST /api/v1/supplier/order-responses` and `POST /api/v1/supplier/despatch-advices`, repeat-safe by `messageId`.
 */

/** Line acknowledgement codes: X12 element 668. */
export const lineAcknowledgementCodeSchema = z.enum(['IA', 'IB', 'IC', 'ID', 'IH', 'IP', 'IQ', 'IR', 'IS', 'BP', 'DR']);
export type LineAcknowledgementCode = z.infer<typeof lineAcknowledgementCodeSchema>;

/** X12 850 / EDIFACT ORDERS / UBL Order in plain JSON. Quantities are whole numbers of the order unit `unit`. */
export const purchaseOrderMessageSchema = z.object({
  schema: z.literal('purchase-order/1'),
  orderId: z.uuid(),
  orderNumber: z.string().min(1).max(32),
  issuedAtMs: epochMsSchema,
  buyer: z.object({ tenantId: idSchema, siteId: idSchema, name: z.string() }),
  supplierId: idSchema,
  deliverTo: z.string(),
  requestedDeliveryAtMs: epochMsSchema.optional(),
  /** What the buyer wants the supplier to know. */
  note: z.string().max(1_000).optional(),
  /** The shelf is empty, or nearly: please hurry. */
  expedite: z.literal(true).optional(),
  lines: z
    .array(
      z.object({
        lineNumber: z.int().min(1),
        supplierPartNumber: z.string().min(1),
        description: z.string(),
        /** Number of `unit`s ordered, and how many stock units one of them holds: "4 packs of 10". */
        orderedUnits: z.int().min(1),
        unit: z.string().min(1),
        stockUnitsPerUnit: z.int().min(1),
        /** Expected price of one `unit`, in hundredths of the currency; parts of a cent are possible. */
        unitPriceCents: z.number().min(0).optional(),
      }),
    )
    .min(1),
});
export type PurchaseOrderMessage = z.infer<typeof purchaseOrderMessageSchema>;

/** X12 855 / EDIFACT ORDRSP. */
export const orderResponseMessageSchema = z.object({
  schema: z.literal('order-response/1'),
  messageId: z.uuid(),
  orderId: z.uuid(),
  supplierOrderNumber: z.string().min(1).max(64).optional(),
  atMs: epochMsSchema,
  lines: z
    .array(
      z.object({
        lineNumber: z.int().min(1),
        code: lineAcknowledgementCodeSchema,
        confirmedUnits: z.int().min(0),
        promisedDeliveryAtMs: epochMsSchema.optional(),
        /** When what is backordered (IB, BP) will come; without it, it is no cover. */
        backorderPromisedAtMs: epochMsSchema.optional(),
        /** Price of one order unit (IP), in hundredths of the currency. */
        unitPriceCents: z.number().min(0).optional(),
        /** What will come instead (IS): a person has to agree. */
        substitutePartNumber: z.string().min(1).max(64).optional(),
        reason: z.string().max(500).optional(),
      }),
    )
    .min(1),
});
export type OrderResponseMessage = z.infer<typeof orderResponseMessageSchema>;

/** X12 856 / EDIFACT DESADV. */
export const despatchAdviceMessageSchema = z.object({
  schema: z.literal('despatch-advice/1'),
  messageId: z.uuid(),
  orderId: z.uuid(),
  atMs: epochMsSchema,
  sscc: z
    .string()
    .regex(/^\d{18}$/)
    .optional(),
  expectedDeliveryAtMs: epochMsSchema.optional(),
  lines: z
    .array(
      z.object({
        lineNumber: z.int().min(1),
        shippedUnits: z.int().min(0),
        lot: z.string().min(1).max(50).optional(),
        expiresOn: z.iso.date().optional(),
      }),
    )
    .min(1),
});
export type DespatchAdviceMessage = z.infer<typeof despatchAdviceMessageSchema>;

/**
 * Asks a supplier to cancel an order it has (X12 860): `POST <supplier endpoint>/orders/<orderId>/cancellation`. The
 * answer comes as an `order-cancellation-answer/1`, in the body of the 200 or later; until then the order stands.
 */
export const orderCancellationMessageSchema = z.object({
  schema: z.literal('order-cancellation/1'),
  messageId: z.uuid(),
  orderId: z.uuid(),
  orderNumber: z.string().min(1).max(32),
  atMs: epochMsSchema,
  reason: z.string().max(500),
});
export type OrderCancellationMessage = z.infer<typeof orderCancellationMessageSchema>;

/** The supplier's word on a cancellation: agreed to ours, refused ours, or its own (`by-supplier`). */
export const orderCancellationAnswerSchema = z.object({
  schema: z.literal('order-cancellation-answer/1'),
  messageId: z.uuid(),
  orderId: z.uuid(),
  atMs: epochMsSchema,
  answer: z.enum(['accepted', 'refused', 'by-supplier']),
  reason: z.string().max(500).optional(),
});
export type OrderCancellationAnswer = z.infer<typeof orderCancellationAnswerSchema>;

/**
 * Asks after an order that was not acknowledged or did not come: `POST <supplier endpoint>/orders/<orderId>/reminders`.
 * A supplier may answer it by any order response; one that does not know the path loses nothing.
 */
export const orderReminderMessageSchema = z.object({
  schema: z.literal('order-reminder/1'),
  messageId: z.uuid(),
  orderId: z.uuid(),
  orderNumber: z.string().min(1).max(32),
  atMs: epochMsSchema,
  about: z.enum(['acknowledgement', 'delivery']),
});
export type OrderReminderMessage = z.infer<typeof orderReminderMessageSchema>;

/**
 * Asks a supplier to deliver an order that it has earlier (X12 860, change of date): `POST <supplier
 * endpoint>/orders/<orderId>/changes`. The answer comes as an `order-change-answer/1`, in the body of the 200 or later, or
 * as any order response that promises dates; until then the order stands as it was.
 */
export const orderChangeMessageSchema = z.object({
  schema: z.literal('order-change/1'),
  messageId: z.uuid(),
  orderId: z.uuid(),
  orderNumber: z.string().min(1).max(32),
  atMs: epochMsSchema,
  requestedDeliveryAtMs: epochMsSchema,
  reason: z.string().max(500),
});
export type OrderChangeMessage = z.infer<typeof orderChangeMessageSchema>;

/** The supplier's word on it. `accepted` without a date: by the date that was asked for. */
export const orderChangeAnswerSchema = z.object({
  schema: z.literal('order-change-answer/1'),
  messageId: z.uuid(),
  orderId: z.uuid(),
  atMs: epochMsSchema,
  answer: z.enum(['accepted', 'refused']),
  promisedDeliveryAtMs: epochMsSchema.optional(),
  reason: z.string().max(500).optional(),
});
export type OrderChangeAnswer = z.infer<typeof orderChangeAnswerSchema>;
