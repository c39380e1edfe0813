import { z } from 'zod';

import { orderStatusSchema } from '../order-event.ts';
import { epochMsSchema, idSchema } from '../reading.ts';
import { lineAcknowledgementCodeSchema } from '../supplier-message.ts';

export const orderLineSchema = z.object({
  lineNumber: z.int().min(1),
  itemId: idSchema,
  binId: idSchema,
  /** What people call the bin. */
  binName: z.string(),
  sku: z.string(),
  itemName: z.string(),
  unit: z.string(),
  /** All in stock units. */
  orderedQuantity: z.int(),
  confirmedQuantity: z.int(),
  shippedQuantity: z.int(),
  receivedQuantity: z.int(),
  cancelledQuantity: z.int(),
  backorderedQuantity: z.int(),
  orderUnit: z.string(),
  stockUnitsPerOrderUnit: z.int().min(1),
  /** "4 packs = 40 pcs". */
  quantityText: z.string(),
  acknowledgementCode: lineAcknowledgementCodeSchema.nullable(),
  promisedDeliveryAtMs: epochMsSchema.nullable(),
  /** When what is backordered is promised; null: the supplier does not say. */
  backorderPromisedAtMs: epochMsSchema.nullable(),
  /** Seen by a scale, to be confirmed by a person. */
  proposedQuantity: z.int(),
  /** Received at the dock, not yet in its bin. */
  awaitingPutAwayQuantity: z.int(),
  /** Of one order unit, in hundredths of the currency: as ordered, and as the supplier says now. */
  unitPriceCents: z.number().nullable(),
  confirmedUnitPriceCents: z.number().nullable(),
  /** Goods may still come on it. */
  open: z.boolean(),
});
export type OrderLine = z.infer<typeof orderLineSchema>;

export const orderSummarySchema = z.object({
  orderId: z.uuid(),
  orderNumber: z.string(),
  siteId: idSchema,
  supplierId: idSchema,
  supplierName: z.string(),
  status: orderStatusSchema,
  /** Why it exists, in one plain sentence. */
  sentence: z.string(),
  createdAtMs: epochMsSchema,
  sentAtMs: epochMsSchema.nullable(),
  acknowledgedAtMs: epochMsSchema.nullable(),
  supplierOrderNumber: z.string().nullable(),
  /** When it should be here; after it the order is overdue. */
  dueAtMs: epochMsSchema.nullable(),
  /** Cannot wait: the supplier is asked to hurry. */
  expedite: z.boolean(),
  /** A draft that gathers further needs for a truck until then, at the latest; else null. */
  gatherUntilMs: epochMsSchema.nullable(),
  /** Why a person must look at it; null when nobody must. */
  attention: z.string().nullable(),
  /** In hundredths of the supplier's currency; null without a known price. */
  amountCents: z.int().nullable(),
  /** Grows with every change; to be given with an edit. */
  version: z.int(),
  /** Wanted by a person; null: as agreed with the supplier. */
  requestedDeliveryAtMs: epochMsSchema.nullable(),
  /** For the supplier, printed on the order. */
  note: z.string().nullable(),
  /** The supplier was asked to cancel and has not answered yet. */
  cancellationRequestedAtMs: epochMsSchema.nullable(),
  /** The supplier was asked to deliver earlier and has not answered yet. */
  urging: z.object({ requestedAtMs: epochMsSchema, wantedAtMs: epochMsSchema, by: z.string() }).nullable(),
  /** 0: in time; 1: the supplier was reminded; 2: the buyer was told; 3: the administrator was. */
  escalationLevel: z.int(),
  lines: z.array(orderLineSchema),
});
export type OrderSummary = z.infer<typeof orderSummarySchema>;

/** What the order rests on, frozen when it was decided (design D10). */
export const orderProofSchema = z.object({
  decidedAtMs: epochMsSchema,
  sentence: z.string(),
  readings: z.array(z.record(z.string(), z.unknown())),
  policy: z.object({
    policyId: z.string(),
    version: z.int(),
    type: z.string(),
    parameters: z.record(z.string(), z.unknown()),
  }),
  position: z.record(z.string(), z.unknown()),
  arithmetic: z.array(z.object({ step: z.string(), value: z.number() })),
});
export type OrderProof = z.infer<typeof orderProofSchema>;

export const orderDetailSchema = z.object({
  ...orderSummarySchema.shape,
  /** Of its first line, which most orders have alone. */
  proof: orderProofSchema,
  /** An order for a truck gathers several needs, each with a proof of its own. */
  lineProofs: z.array(z.object({ lineNumber: z.int().min(1), proof: orderProofSchema })),
  history: z.array(
    z.object({
      atMs: epochMsSchema,
      status: orderStatusSchema,
      event: z.string(),
      actor: z.string(),
      note: z.string().nullable(),
      /** What exactly changed, old and new. */
      details: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
  /** Who has to approve it, and who has; null where nobody has to. */
  approval: z
    .object({ ruleId: z.string(), requiredRole: z.string(), approvals: z.int(), given: z.array(z.string()) })
    .nullable(),
});
export type OrderDetail = z.infer<typeof orderDetailSchema>;
