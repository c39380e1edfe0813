import { z } from 'zod';

const quantity = z.int().min(0);
const atLeastOne = z.int().min(1);

/** What every policy may say besides its own numbers. Quantities are in stock units. */
const common = {
  safetyStock: quantity.default(0),
  /** A low must last this long before it is believed. */
  confirmSeconds: z.number().min(0).max(86_400).default(2),
  /** false: an order waits for a person's approval. */
  autoApprove: z.boolean().default(true),
  /** true: decides and says what it would have ordered, and orders nothing. */
  shadow: z.boolean().default(false),
  /** At or below this on hand the order is an emergency: sent at once, expedited, to whoever delivers first. */
  emergencyPoint: quantity.optional(),
  /** The dampener: so long after an order nothing more is ordered for this bin, but in an emergency. */
  notAgainWithinHours: z.number().min(0).max(8_760).optional(),
  /** The dampener's other half: a smaller need waits until it has grown, but in an emergency. */
  minimumNeed: quantity.optional(),
  /** true: may order more than fits into the bin. */
  overflow: z.boolean().optional(),
  /** true: orders up to a price break where the whole order is cheaper for it. */
  roundUpToPriceBreak: z.boolean().optional(),
  /** Who is asked first among those who can deliver the need; by preference unless said otherwise. */
  supplierBy: z.enum(['preference', 'price', 'leadTime']).optional(),
  /** Lots that expire within so many days are no stock to this policy; absent: they are until somebody takes them out. */
  usableDaysLeft: z.int().min(0).max(3_650).optional(),
};

const minMax = z.object({
  type: z.literal('MIN_MAX').describe('(s, S): at or below the reorder point, order up to the maximum'),
  reorderPoint: quantity,
  orderUpTo: atLeastOne,
  ...common,
});
const minMaxNumbers = minMax.pick({ type: true, reorderPoint: true, orderUpTo: true });

const fixedQuantity = z.object({
  type: z.literal('FIXED_QUANTITY').describe('(R, Q): at or below the reorder point, order the fixed quantity'),
  reorderPoint: quantity,
  reorderQuantity: atLeastOne,
  ...common,
});

export const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;

const periodic = z.object({
  type: z.literal('PERIODIC').describe('(R, S): on review days, at the cut-off in the time of the site, fill up'),
  orderUpTo: atLeastOne,
  reviewDays: z.array(z.enum(WEEKDAYS)).min(1),
  cutOff: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day like 06:00')
    .default('06:00'),
  ...common,
});

const serviceLevel = z.object({
  type: z.literal('SERVICE_LEVEL').describe('s and S computed from demand, lead time and a cycle service level'),
  /** Share of order cycles without a stock-out, not of demand filled. */
  target: z.number().min(0.5).max(0.9999).optional(),
  /**
   * Instead of a target, what a missing unit costs: cheap parts are then kept for a higher service than dear ones, which
   * serves most demand for the same money.
   */
  missingUnitCostPerDay: z.number().positive().optional(),
  /** What a year on the shelf costs, as a share of the price. */
  holdingRatePerYear: z.number().positive().max(2).optional(),
  /** Days of demand one order is for. */
  cycleDays: z.number().min(1).max(365).default(14),
  /** Computed by a job from the ledger; absent until there is enough history. */
  reorderPoint: quantity.optional(),
  orderUpTo: atLeastOne.optional(),
  ...common,
});

const kanban = z.object({
  type: z.literal('KANBAN_TWO_BIN').describe('two bins: when one is empty, order one'),
  binQuantity: atLeastOne,
  ...common,
});

const lotForLot = z.object({
  type: z.literal('LOT_FOR_LOT').describe('order exactly what is needed beyond stock, and nothing ahead'),
  ...common,
});

const doNotStock = z.object({
  type: z.literal('DO_NOT_STOCK').describe('never ahead of demand: only what is backordered or reserved'),
  ...common,
});

export const policySchema = z
  .discriminatedUnion('type', [minMax, fixedQuantity, periodic, serviceLevel, kanban, lotForLot, doNotStock])
  .refine((policy) => !(policy.type === 'MIN_MAX' && policy.orderUpTo <= policy.reorderPoint), {
    path: ['orderUpTo'],
    message: 'must be above reorderPoint, or an order would not lift the position above the trigger',
    // Also when another parameter has a wrong form.
    when: ({ value }) => minMaxNumbers.safeParse(value).success,
  })
  .refine(
    (policy) =>
      policy.type !== 'SERVICE_LEVEL' || policy.target !== undefined || policy.missingUnitCostPerDay !== undefined,
    { path: ['target'], message: 'a service level needs a target, or what a missing unit costs a day' },
  );
export type Policy = z.infer<typeof policySchema>;
export type PolicyOf<Type extends Policy['type']> = Extract<Policy, { type: Type }>;
