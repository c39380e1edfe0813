import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';

/** A gateway that the central broker knows. */
export const gatewaySchema = z.object({
  siteId: idSchema,
  gatewayId: idSchema,
  /** At the central broker. */
  username: z.string(),
  /** null: it has no password, and so cannot sign in. */
  passwordSetAtMs: epochMsSchema.nullable(),
});

/** Shown once; only its hash is kept. */
export const gatewayLoginSchema = z.object({ username: z.string(), password: z.string() });
