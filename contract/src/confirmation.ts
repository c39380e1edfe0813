import { z } from 'zod';

/** Who must have committed a reading before its gateway may forget it (design D1). */
export const REQUIRED_CONSUMERS = ['ingest', 'reorder'] as const;
export const consumerSchema = z.enum(REQUIRED_CONSUMERS);
export type Consumer = z.infer<typeof consumerSchema>;

const sequenceSchema = z.int().min(1);
const rangeSchema = z
  .tuple([sequenceSchema, sequenceSchema])
  .refine(([from, to]) => from <= to, { message: 'a range is [from, to] with from ≤ to, both included' });

/**
 * Published on `…/confirmations/<consumer>` after the consumer's own commit. Quarantined readings are confirmed too:
 * they are kept, only elsewhere. Both ends of a range are included. Repeats are harmless.
 */
export const confirmationSchema = z.object({
  outboxId: z.uuid(),
  ranges: z.array(rangeSchema).min(1).max(1_000),
});
export type Confirmation = z.infer<typeof confirmationSchema>;
