import { z } from 'zod';

import { orderEventSchema } from '../order-event.ts';
import { stockEventSchema } from '../stock-event.ts';

/** How many alerts stand open, told whenever one was raised, taken on or resolved. Not to suppliers. */
const alertsEventSchema = z.object({ open: z.int(), unacknowledged: z.int() });

/**
 * `GET /api/v1/stream` is a text/event-stream. The event's name is `stock`, `order` or `alerts`, its data one of these; a comment
 * line goes out every 15 s so that a dead connection shows. After a reconnect, read the lists again.
 */
export const streamEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stock'), siteId: z.string(), event: stockEventSchema }),
  z.object({ type: z.literal('order'), siteId: z.string(), event: orderEventSchema }),
  z.object({ type: z.literal('alerts'), event: alertsEventSchema }),
]);
export type StreamEvent = z.infer<typeof streamEventSchema>;
