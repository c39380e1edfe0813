import { z } from 'zod';

import { orderStatusSchema } from '../order-event.ts';
import { epochMsSchema, idSchema } from '../reading.ts';

export const reasonSchema = z.string().trim().min(3, 'say why, in a few words').max(500);

/**
 * What becomes of the need when an order is called off. Without this question, either the need is forgotten for ever or
 * the same order comes back in the next second.
 */
export const needAfterwardsSchema = z.discriminatedUnion('kind', [
  /** The need stands: it may be ordered again at once, by the policy. */
  z.object({ kind: z.literal('release') }),
  /** Nothing is ordered for this bin until then. */
  z.object({ kind: z.literal('snooze'), untilMs: epochMsSchema }),
]);
export type NeedAfterwards = z.infer<typeof needAfterwardsSchema>;

export const callOffOrderSchema = z.object({ reason: reasonSchema, need: needAfterwardsSchema });
export type CallOffOrder = z.infer<typeof callOffOrderSchema>;

/** Ends an order whose rest will not come. Where nothing has come at all, only with the supplier's word. */
export const closeOrderSchema = z.object({
  ...callOffOrderSchema.shape,
  /** The supplier has said that nothing more will come. Needed when nothing has been received. */
  supplierAgreed: z.boolean().default(false),
});
export type CloseOrder = z.infer<typeof closeOrderSchema>;

/** Asks the supplier to deliver an order that it has earlier. */
export const urgeOrderSchema = z.object({ wantedAtMs: epochMsSchema, reason: reasonSchema });
export type UrgeOrder = z.infer<typeof urgeOrderSchema>;

/**
 * Changes an order before it is sent. What is left out stays. The order keeps its episode, so that it keeps its cover; the
 * approval rules are asked again, and approvals that were given for the order as it was are void.
 */
export const editOrderSchema = z
  .object({
    /** `version` of the order that the person saw; if it has changed since, the edit is refused. */
    version: z.int().optional(),
    /** Another supplier; quantities are converted to its packs, rounded up. */
    supplierId: idSchema.optional(),
    requestedDeliveryAtMs: epochMsSchema.optional(),
    /** For the supplier, printed on the order. */
    note: z.string().trim().max(1_000).nullable().optional(),
    /** Whole order units, on the supplier's grid (minimum, maximum, multiple). */
    lines: z.array(z.object({ lineNumber: z.int().min(1), orderedUnits: z.int().min(1) })).optional(),
  })
  .refine((edit) => Object.entries(edit).some(([key, value]) => key !== 'version' && value !== undefined), {
    message: 'names nothing to change',
  });
export type EditOrder = z.infer<typeof editOrderSchema>;

export const orderActionResponseSchema = z.object({
  orderId: z.uuid(),
  status: orderStatusSchema,
  /** Set where the supplier was asked to cancel: the order ends when the supplier agrees. */
  cancellationRequestedAtMs: epochMsSchema.nullable().optional(),
});
