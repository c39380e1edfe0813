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

/** Something that the ingest-service could not store, with the reason; `detail` says it in words. */
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

/** Entries are numbered in the order they came. */
const entryIdSchema = z.string().regex(/^\d+$/);

export const quarantinePageQuerySchema = z.object({
  cursor: entryIdSchema.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const quarantineParamsSchema = z.object({ id: entryIdSchema });
export const quarantineReplayedSchema = z.object({ points: z.int() });
