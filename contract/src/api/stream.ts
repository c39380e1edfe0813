import { z } from 'zod';

import { orderEventSchema } from '../order-event.ts';
import { stockEventSchema } from '../stock-event.ts';

/**
 * `GET /api/v1/stream` is a text/event-stream. The event's name is `stock` or `order`, its data one of these; a comment
 * line goes out every 15 s so that a dead connection shows. After a reconnect, read the lists again.
 */
export const streamEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stock'), siteId: z.string(), event: stockEventSchema }),
  z.object({ type: z.literal('order'), siteId: z.string(), event: orderEventSchema }),
]);
export type StreamEvent = z.infer<typeof streamEventSchema>;
