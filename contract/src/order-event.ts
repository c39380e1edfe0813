import { z } from 'zod';

import { epochMsSchema, idSchema, traceparentSchema } from './reading.ts';

export const orderStatusSchema = z.enum([
  'DRAFT',
  'PENDING_APPROVAL',
  'APPROVED',
  'SENT',
  'ACKNOWLEDGED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'PARTIALLY_RECEIVED',
  'RECEIVED',
  'CLOSED',
  'REJECTED',
  'ON_HOLD',
  'CANCELLED',
]);
export type OrderStatus = z.infer<typeof orderStatusSchema>;

/** Published by the reorder-service on `…/orders` after an order changed. `eventId` repeats when it is sent again. */
export const orderEventSchema = z.object({
  schema: z.literal('order/1'),
  eventId: z.uuid(),
  orderId: z.uuid(),
  orderNumber: z.string().min(1).max(32),
  supplierId: idSchema,
  atMs: epochMsSchema,
  status: orderStatusSchema,
  /** What happened to it: OrderSent, OrderAcknowledged, GoodsReceived … */
  event: z.string().min(1).max(60).optional(),
  lines: z
    .array(
      z.object({
        itemId: idSchema,
        binId: idSchema,
        orderedQuantity: z.int().min(1),
        confirmedQuantity: z.int().min(0),
        shippedQuantity: z.int().min(0),
        receivedQuantity: z.int().min(0),
      }),
    )
    .min(1),
  /** One plain sentence a buyer understands (design D10). */
  sentence: z.string().min(1),
  /** Of the order's placing, where the message that led to it was traced. */
  traceparent: traceparentSchema.optional(),
});
export type OrderEvent = z.infer<typeof orderEventSchema>;
