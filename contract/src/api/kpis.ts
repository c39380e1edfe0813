import { z } from 'zod';

import { epochMsSchema } from '../reading.ts';

const share = z.number().min(0).max(1).nullable();

/** How well the shelves are kept. Shares are null where there was nothing to judge. */
export const kpisSchema = z.object({
  fromMs: epochMsSchema,
  toMs: epochMsSchema,
  /** Units taken ÷ units wanted. What people wanted from an empty bin is estimated by its mean demand while it was not. */
  unitFillRate: share,
  /** Share of the time, over all bins, in which something was on hand. */
  availability: share,
  /** Sum over bins. */
  stockoutDays: z.number().min(0),
  /** How often a bin that held something ran empty. */
  stockouts: z.int().min(0),
  /** What is there now at the first price of the supplier asked first; without the bins that have no price. */
  inventoryValueCents: z.int().min(0),
  /** What is there ÷ consumption a day, over the value if every price is known, else over units. */
  daysOfSupply: z.number().min(0).nullable(),
  /** Consumption a year ÷ what is there now. */
  turns: z.number().min(0).nullable(),
  /** One less what counts and the unexplained corrected, relative to what was moved. */
  inventoryAccuracy: share,
  /** Median from making an order to closing it. */
  orderCycleDays: z.number().min(0).nullable(),
  /** Closed orders that came by their date, with everything ordered and nothing noted as damaged or wrong; papers are not known. */
  perfectOrders: share,
  ordersClosed: z.int().min(0),
  /** Of bins from which nothing was taken for so many days. */
  deadStock: z.object({
    afterDays: z.int().min(1),
    bins: z.int().min(0),
    units: z.int().min(0),
    valueCents: z.int().min(0),
  }),
  /** Above the maximum and a pack. */
  excessStock: z.object({ bins: z.int().min(0), units: z.int().min(0), valueCents: z.int().min(0) }),
  /** Sensors whose last reading is good and not older than it should be. */
  sensorUptime: share,
  /** Bins whose item has no price: not in the values. */
  binsWithoutPrice: z.int().min(0),
});
export type Kpis = z.infer<typeof kpisSchema>;
