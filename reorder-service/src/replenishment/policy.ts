import { z } from 'zod';

const quantity = z.int().min(0);

/** What every policy may say besides its own numbers. */
const common = {
  safetyStock: quantity.default(0),
  /** A low must last this long before it is believed. */
  confirmSeconds: z.number().min(0).max(86_400).default(2),
  /** false: an order waits for a person's approval. */
  autoApprove: z.boolean().default(true),
};

/** (s, S): at or below the reorder point, order up to the maximum. Quantities are in stock units. */
const minMaxSchema = z.object({
  type: z.literal('MIN_MAX'),
  reorderPoint: quantity,
  orderUpTo: z.int().min(1),
  ...common,
});
export type MinMaxPolicy = z.infer<typeof minMaxSchema>;

export const policySchema = z
  .discriminatedUnion('type', [minMaxSchema])
  .refine((policy) => policy.orderUpTo > policy.reorderPoint, {
    path: ['orderUpTo'],
    message: 'must be above reorderPoint, or an order would not lift the position above the trigger',
  });
export type Policy = z.infer<typeof policySchema>;
