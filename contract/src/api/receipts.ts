import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';
import { reasonSchema } from './order-actions.ts';

const lotSchema = z.string().trim().min(1).max(50);
const dateSchema = z.iso.date();

/** `damaged` and `wrong-item` are not received: they wait as a return, and the line stays open for what is missing. */
export const goodsConditionSchema = z.enum(['good', 'damaged', 'wrong-item']);
export type GoodsCondition = z.infer<typeof goodsConditionSchema>;

export const receivedLineSchema = z.object({
  lineNumber: z.int().min(1),
  /** Stock units that came, in this condition. */
  quantity: z.int().min(0),
  condition: goodsConditionSchema.default('good'),
  lot: lotSchema.optional(),
  expiresOn: dateSchema.optional(),
  /** true: the rest of the line will not come any more. */
  complete: z.boolean().default(false),
  note: z.string().trim().max(500).optional(),
});
export type ReceivedLine = z.infer<typeof receivedLineSchema>;

/** Goods that a person or another system has received. Repeat-safe by `receiptId`. */
export const receiveOrderSchema = z.object({
  receiptId: z.uuid(),
  /** Delivery note number, or any other reference of the papers. */
  reference: z.string().trim().max(100).optional(),
  lines: z.array(receivedLineSchema).min(1),
});
export type ReceiveOrder = z.infer<typeof receiveOrderSchema>;

/**
 * ANNOUNCED: the supplier says that it is on its way (despatch advice). PROPOSED: a scale saw it arrive, and this
 * supplier's receipts want a person's confirmation. CONFIRMED: booked. DISMISSED: it was not a delivery, or it came another way.
 */
export const receiptStatusSchema = z.enum(['ANNOUNCED', 'PROPOSED', 'CONFIRMED', 'DISMISSED']);
export type ReceiptStatus = z.infer<typeof receiptStatusSchema>;

export const receiptSchema = z.object({
  receiptId: z.uuid(),
  orderId: z.uuid(),
  orderNumber: z.string(),
  siteId: idSchema,
  supplierId: idSchema,
  status: receiptStatusSchema,
  source: z.enum(['asn', 'scale', 'person', 'scan']),
  reference: z.string().nullable(),
  sscc: z.string().nullable(),
  createdAtMs: epochMsSchema,
  decidedAtMs: epochMsSchema.nullable(),
  decidedBy: z.string().nullable(),
  lines: z.array(
    z.object({
      lineNumber: z.int(),
      binId: idSchema,
      binName: z.string(),
      itemId: idSchema,
      sku: z.string(),
      itemName: z.string(),
      unit: z.string(),
      quantity: z.int(),
      condition: goodsConditionSchema,
      lot: z.string().nullable(),
      expiresOn: z.string().nullable(),
      note: z.string().nullable(),
    }),
  ),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** Confirms an announced or proposed receipt, as it stands or with what was really found. */
export const confirmReceiptSchema = z.strictObject({ lines: z.array(receivedLineSchema).optional() });
export type ConfirmReceipt = z.infer<typeof confirmReceiptSchema>;

export const dismissReceiptSchema = z.object({ reason: reasonSchema });

/** A code as the scanner gave it: an SSCC, a GTIN, a GS1-128 or DataMatrix element string, with or without brackets. */
export const scanReceiptSchema = z.object({ siteId: idSchema, code: z.string().min(8).max(200) });

/** What the code says, and which orders it may belong to; nothing is booked yet. */
export const scannedReceiptSchema = z.object({
  scanned: z.object({
    sscc: z.string().nullable(),
    gtin: z.string().nullable(),
    lot: z.string().nullable(),
    expiresOn: z.string().nullable(),
    count: z.int().nullable(),
  }),
  /** Announced receipts with this SSCC: confirm one in one call. */
  announced: z.array(receiptSchema),
  /** Open lines of the item, the oldest order first, each with the quantity that would be received. */
  openLines: z.array(
    z.object({
      orderId: z.uuid(),
      orderNumber: z.string(),
      supplierId: idSchema,
      lineNumber: z.int(),
      binId: idSchema,
      binName: z.string(),
      itemId: idSchema,
      itemName: z.string(),
      unit: z.string(),
      remaining: z.int(),
      quantity: z.int(),
    }),
  ),
});
export type ScannedReceipt = z.infer<typeof scannedReceiptSchema>;

/** Goods that go back to the supplier. Repeat-safe by `returnId`. */
export const returnGoodsSchema = z.object({
  returnId: z.uuid(),
  lineNumber: z.int().min(1),
  quantity: z.int().min(1),
  lot: lotSchema.optional(),
  reason: reasonSchema,
});
export type ReturnGoods = z.infer<typeof returnGoodsSchema>;

export const supplierReturnSchema = z.object({
  returnId: z.uuid(),
  siteId: idSchema,
  orderId: z.uuid(),
  orderNumber: z.string(),
  supplierId: idSchema,
  lineNumber: z.int(),
  binId: idSchema,
  itemId: idSchema,
  quantity: z.int(),
  lot: z.string().nullable(),
  reason: z.string(),
  /** What the supplier owes for it; null without a known price. */
  creditExpectedCents: z.int().nullable(),
  creditedCents: z.int().nullable(),
  creditReference: z.string().nullable(),
  createdAtMs: epochMsSchema,
  createdBy: z.string(),
  creditedAtMs: epochMsSchema.nullable(),
});
export type SupplierReturn = z.infer<typeof supplierReturnSchema>;

export const creditReturnSchema = z.strictObject({
  creditedCents: z.int().min(0),
  reference: z.string().trim().min(1).max(100),
});
