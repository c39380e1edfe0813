import { z } from 'zod';

import { gatewayCountersSchema } from '../gateway-status.ts';
import { epochMsSchema, idSchema } from '../reading.ts';

/** A gateway that the central broker knows, or that reports. */
export const gatewaySchema = z.object({
  siteId: idSchema,
  gatewayId: idSchema,
  /** At the central broker. */
  username: z.string(),
  /** null: it has no password, and so cannot sign in. */
  passwordSetAtMs: epochMsSchema.nullable(),
  /** false: it reports, and is not known to the centre’s list, so it has no login of its own. */
  known: z.boolean(),
  /** What it said last; null: it was never heard. */
  status: z
    .object({
      online: z.boolean(),
      /** When it was last known to be there. */
      lastSeenAtMs: epochMsSchema.nullable(),
      version: z.string().nullable(),
      startedAtMs: epochMsSchema.nullable(),
      appliedConfigVersion: z.int().nullable(),
      appliedConfigSource: z.enum(['centre', 'file']).nullable(),
      appliedConfigAtMs: epochMsSchema.nullable(),
      queuedReadings: z.int().nullable(),
      oldestQueuedAtMs: epochMsSchema.nullable(),
      counters: gatewayCountersSchema.nullable(),
    })
    .nullable(),
});

/** Shown once; only its hash is kept. */
export const gatewayLoginSchema = z.object({ username: z.string(), password: z.string() });
