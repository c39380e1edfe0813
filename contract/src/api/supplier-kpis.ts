import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';

const share = z.number().min(0).max(1).nullable();

/** What a supplier has kept, of the orders that were closed in the time. */
export const supplierKpisSchema = z.object({
  supplierId: idSchema,
  supplierName: z.string(),
  ordersClosed: z.int().min(0),
  /** Share whose last goods came by the day they were due, in the time of the site. */
  onTime: share,
  /** Share of which everything ordered came. */
  inFull: share,
  /** Mean of what is agreed for the lines of these orders; null without any. */
  agreedLeadTimeDays: z.number().min(0).nullable(),
  /** Mean from sending to the last goods. */
  actualLeadTimeDays: z.number().min(0).nullable(),
  /** Standard deviation of that; null with fewer than two. */
  actualLeadTimeSdDays: z.number().min(0).nullable(),
  /** Median from sending to the acknowledgement. */
  acknowledgedAfterHours: z.number().min(0).nullable(),
  /** Items whose lead time deliveries have taught, so that orders are planned with it instead of the agreed one. */
  itemsLearned: z.int().min(0),
  openOrders: z.int().min(0),
  overdueOrders: z.int().min(0),
});
export type SupplierKpis = z.infer<typeof supplierKpisSchema>;

/** The figures of one part of a time, those that are of that time and not of now. */
export const kpiStepSchema = z.object({
  fromMs: epochMsSchema,
  toMs: epochMsSchema,
  unitFillRate: share,
  availability: share,
  stockoutDays: z.number().min(0),
  unitsTaken: z.number().min(0),
  ordersClosed: z.int().min(0),
  perfectOrders: share,
  orderCycleDays: z.number().min(0).nullable(),
});
export type KpiStep = z.infer<typeof kpiStepSchema>;
