import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';
import { stockStatusSchema } from '../stock-event.ts';
import { itemSummarySchema } from './stock.ts';

/** The figures at the top of the console. For a supplier they count its own items and orders only. */
export const summarySchema = z.object({
  atMs: epochMsSchema,
  binsByStatus: z.record(stockStatusSchema, z.int()),
  openOrders: z.int(),
  /** Waiting for somebody to approve them. */
  ordersToApprove: z.int(),
  /** Open, and not here at the time they were due. */
  overdueOrders: z.int(),
  /** Open, and a person has to look at them. */
  ordersWithTrouble: z.int(),
  /** Bins whose sensor is silent for longer than it should, or does not say "good". */
  binsInDoubt: z.int(),
  openCountingTasks: z.int(),
});
export type Summary = z.infer<typeof summarySchema>;

/** A place with a storeroom. */
export const siteSchema = z.object({ siteId: idSchema, name: z.string(), timeZone: z.string() });
export type Site = z.infer<typeof siteSchema>;

/** What forms offer to choose from. */
export const namesSchema = z.object({
  suppliers: z.array(z.object({ supplierId: idSchema, name: z.string() })),
  itemClasses: z.array(idSchema),
});

/** Somebody is to count a bin, because its sensors cannot be believed. */
export const countingTaskSchema = z.object({
  taskId: z.uuid(),
  siteId: idSchema,
  binId: idSchema,
  binName: z.string(),
  locationName: z.string(),
  item: itemSummarySchema,
  reason: z.string(),
  openedAtMs: epochMsSchema,
  /** What the ledger says; null when it says nothing yet. */
  onHand: z.int().nullable(),
});
export type CountingTask = z.infer<typeof countingTaskSchema>;
