import { z } from 'zod';

/** What was set aside: one reading out of a batch, or a whole message of which nothing could be read. */
export const quarantineContentSchema = z.discriminatedUnion('form', [
  z.object({
    form: z.literal('reading'),
    gatewayId: z.string(),
    outboxId: z.string(),
    sequence: z.int(),
    reading: z.unknown(),
  }),
  z.object({
    form: z.literal('message'),
    payloadBase64: z.string(),
    /** The length it had; a longer payload than what is kept cannot be replayed. */
    payloadBytes: z.int(),
  }),
]);

export const quarantineEntrySchema = z.object({
  id: z.string(),
  atMs: z.int(),
  reason: z.string(),
  detail: z.string(),
  tenantId: z.string().nullable(),
  siteId: z.string().nullable(),
  topic: z.string(),
  content: quarantineContentSchema,
});
export type QuarantineEntry = z.infer<typeof quarantineEntrySchema>;
export type NewQuarantineEntry = Omit<QuarantineEntry, 'id'>;
