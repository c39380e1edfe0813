import { z } from 'zod';

import { epochMsSchema, idSchema } from './reading.ts';

export const stockStatusSchema = z.enum([
  'OUT_OF_STOCK',
  'BELOW_SAFETY',
  'BELOW_REORDER',
  'OK',
  'OVERSTOCK',
  'DEAD',
  'UNKNOWN',
]);
export type StockStatus = z.infer<typeof stockStatusSchema>;

export const movementKindSchema = z.enum(['CONSUMPTION', 'RECEIPT', 'ADJUSTMENT', 'TRANSFER', 'RETURN', 'UNEXPLAINED']);
export type MovementKind = z.infer<typeof movementKindSchema>;

/**
 * Published by the reorder-service on `…/stock` after a level changed. Quantities are whole numbers of the item's stock
 * unit. `eventId` repeats when the event is sent again; `sequence` grows per bin.
 */
export const stockEventSchema = z.object({
  schema: z.literal('stock/1'),
  eventId: z.uuid(),
  binId: idSchema,
  itemId: idSchema,
  sequence: z.int().min(1),
  atMs: epochMsSchema,
  movement: movementKindSchema.optional(),
  change: z.int(),
  onHand: z.int(),
  uncertainty: z.number().min(0),
  onOrder: z.int().min(0),
  inventoryPosition: z.int(),
  status: stockStatusSchema,
});
export type StockEvent = z.infer<typeof stockEventSchema>;
