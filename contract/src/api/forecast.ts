import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';

const quantile = z.object({ p: z.number(), quantity: z.int().min(0) });

/** What will probably be used from a bin, from what was, and what its policy could be because of that. */
export const binForecastSchema = z.object({
  siteId: idSchema,
  binId: idSchema,
  atMs: epochMsSchema,
  /** Whole days of the site that it rests on; with fewer than 14 nothing is said but this. */
  historyDays: z.int().min(0),
  demand: z
    .object({
      /** By average interval (1.32) and squared variation (0.49). */
      demandClass: z.enum(['none', 'smooth', 'erratic', 'intermittent', 'lumpy']),
      /** Days per day with demand; null without demand. */
      averageIntervalDays: z.number().nullable(),
      squaredVariation: z.number(),
      meanPerDay: z.number(),
      sdPerDay: z.number(),
      /** The same by the method made for its class, for comparison. */
      byMethod: z.array(z.object({ method: z.string(), meanPerDay: z.number() })),
    })
    .nullable(),
  /** Of the supplier asked first: what was agreed, or what deliveries have taught. */
  leadTime: z
    .object({ days: z.number(), sdDays: z.number(), deliveries: z.int(), source: z.enum(['agreed', 'learned']) })
    .nullable(),
  /** Demand during the lead time is not above the quantity with probability p. */
  leadTimeDemand: z.array(quantile),
  onHand: z.int().nullable(),
  /** At the mean demand; null without demand or level. */
  daysUntilEmpty: z.number().nullable(),
  /** What will probably be there if nothing more is ordered, day by day; null without demand or level. */
  outlook: z
    .object({
      /** So likely is the quantity between low and high. */
      probability: z.number(),
      days: z.array(
        z.object({ atMs: epochMsSchema, expected: z.number(), low: z.number().min(0), high: z.number().min(0) }),
      ),
      /** Of open orders, as promised or due; what is overdue counts as of tomorrow. */
      receipts: z.array(
        z.object({ orderId: z.uuid(), orderNumber: z.string(), atMs: epochMsSchema, quantity: z.int() }),
      ),
      /** At the mean demand, and if demand is high; null: not within the days. */
      runsOutAtMs: epochMsSchema.nullable(),
      runsOutEarliestAtMs: epochMsSchema.nullable(),
    })
    .nullable(),
  /** What its policy orders at now; null without a policy that has one. For suppliers always null. */
  reorderPoint: z.int().nullable(),
  suggestion: z
    .object({
      reorderPoint: z.int(),
      orderUpTo: z.int(),
      /** Where ordering and holding cost the least together; null without a price. */
      economicQuantity: z.int().nullable(),
      target: z.number(),
      because: z.string(),
    })
    .nullable(),
});
export type BinForecast = z.infer<typeof binForecastSchema>;
