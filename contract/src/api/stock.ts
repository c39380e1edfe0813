import { z } from 'zod';

import { epochMsSchema, idSchema, readingQualitySchema } from '../reading.ts';
import { movementKindSchema, stockStatusSchema } from '../stock-event.ts';
import { telemetryFieldSchema } from './telemetry.ts';

export const itemSummarySchema = z.object({
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
  /** true: the supplier's property until it is taken. */
  consignment: z.boolean(),
  /** The bin whose policy decides about this one too, where several bins hold one stock; null if it is its own. */
  primaryBinId: idSchema.nullable(),
  /** Since when its sensors contradict each other; null while they agree. */
  disagreeingSinceMs: epochMsSchema.nullable(),
});
export type StockItem = z.infer<typeof stockItemSchema>;

/** One bin with what is known about it: its sensors, its policy, who supplies it. */
export const binDetailSchema = z.object({
  ...stockItemSchema.shape,
  gtin: z.string().nullable(),
  sensors: z.array(
    z.object({
      deviceId: idSchema,
      /** null stands for every sensor of the device. */
      sensorId: idSchema.nullable(),
      kind: z.enum(['weight', 'level', 'tag', 'count', 'button']),
      /** What of it can be drawn, by `GET /api/v1/telemetry/series`; null for tags and buttons. */
      field: telemetryFieldSchema.nullable(),
    }),
  ),
  policy: z.object({ type: z.string(), version: z.int(), parameters: z.record(z.string(), z.unknown()) }).nullable(),
  supply: z.array(
    z.object({
      supplierId: idSchema,
      supplierName: z.string(),
      partNumber: z.string(),
      orderUnit: z.string(),
      stockUnitsPerOrderUnit: z.int().min(1),
      leadTimeDays: z.number().min(0),
    }),
  ),
  /** Open, if somebody is to count it. */
  countingTask: z.object({ taskId: z.uuid(), reason: z.string(), openedAtMs: epochMsSchema }).nullable(),
});
export type BinDetail = z.infer<typeof binDetailSchema>;

export const movementSchema = z.object({
  movementId: z.string(),
  siteId: idSchema,
  binId: idSchema,
  kind: movementKindSchema,
  change: z.int(),
  onHandAfter: z.int(),
  atMs: epochMsSchema,
  recordedAtMs: epochMsSchema,
  evidence: z.record(z.string(), z.unknown()),
});
export type Movement = z.infer<typeof movementSchema>;
