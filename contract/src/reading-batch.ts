import { z } from 'zod';

import { epochMsSchema, idSchema, readingSchema } from './reading.ts';

export const READINGS_PER_BATCH_MAX = 1_000;

/**
 * What a gateway publishes on `…/readings`. `readings[i]` has the sequence `firstSequence + i`: a batch is always one
 * unbroken run of one outbox. Batches may repeat and, after a reconnect, may arrive out of order.
 */
export const readingBatchSchema = z.object({
  schema: z.literal('readings/1'),
  gatewayId: idSchema,
  outboxId: z.uuid(),
  firstSequence: z.int().min(1),
  sentAtMs: epochMsSchema,
  readings: z.array(readingSchema).min(1).max(READINGS_PER_BATCH_MAX),
});
export type ReadingBatch = z.infer<typeof readingBatchSchema>;

/**
 * The same envelope with the readings left unread. Consumers parse this first, then each reading by itself, so that one
 * malformed reading is quarantined alone and does not take its neighbours with it.
 */
export const readingBatchEnvelopeSchema = z.object({
  ...readingBatchSchema.shape,
  readings: z.array(z.unknown()).min(1).max(READINGS_PER_BATCH_MAX),
});
export type ReadingBatchEnvelope = z.infer<typeof readingBatchEnvelopeSchema>;
