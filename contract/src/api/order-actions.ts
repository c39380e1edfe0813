import { z } from 'zod';

import { orderStatusSchema } from '../order-event.ts';
import { epochMsSchema } from '../reading.ts';

const reasonSchema = z.string().trim().min(3, 'say why, in a few words').max(500);

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

export const orderActionResponseSchema = z.object({ orderId: z.uuid(), status: orderStatusSchema });
