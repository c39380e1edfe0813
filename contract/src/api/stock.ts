import { z } from 'zod';

import { epochMsSchema, idSchema, readingQualitySchema } from '../reading.ts';
import { movementKindSchema, stockStatusSchema } from '../stock-event.ts';

const itemSummarySchema = z.object({
  itemId: idSchema,
  sku: z.string(),
  name: z.string(),
  /** The stock unit, in which every quantity here is a whole number: `pcs`, `g`, `ml`. */
  unit: z.string(),
});

/** Inventory position = onHand + onOrder − reserved − backordered, computed from open lines (design D9). */
export const positionSchema = z.object({
  onHand: z.int(),
  onOrder: z.int(),
  reserved: z.int(),
  backordered: z.int(),
  inventoryPosition: z.int(),
});

/** One bin with its item: a row of the live list. */
export const stockItemSchema = z.object({
  binId: idSchema,
  binName: z.string(),
  locationName: z.string(),
  siteId: idSchema,
  item: itemSummarySchema,
  status: stockStatusSchema,
  /** null until a first reading or count. */
  onHand: z.int().nullable(),
  uncertainty: z.number().min(0).nullable(),
  /** When what the level rests on was measured, and by a sensor of which quality; the age is always to be shown. */
  observedAtMs: epochMsSchema.nullable(),
  lastReadingAtMs: epochMsSchema.nullable(),
  sensorQuality: readingQualitySchema.nullable(),
  position: positionSchema,
  reorderPoint: z.int().nullable(),
  orderUpTo: z.int().nullable(),
  capacity: z.int().nullable(),
  /** Why a low bin is not ordered, in one sentence; null when nothing holds it. */
  heldBecause: z.string().nullable(),
  openOrderId: z.uuid().nullable(),
});
export type StockItem = z.infer<typeof stockItemSchema>;

export const movementSchema = z.object({
  movementId: z.string(),
  binId: idSchema,
  kind: movementKindSchema,
  change: z.int(),
  onHandAfter: z.int(),
  atMs: epochMsSchema,
  recordedAtMs: epochMsSchema,
  evidence: z.record(z.string(), z.unknown()),
});
export type Movement = z.infer<typeof movementSchema>;
