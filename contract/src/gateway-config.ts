import { z } from 'zod';

import { idSchema } from './reading.ts';

/**
 * Desired state of one gateway, retained on `…/config`. `gateway` has the form of `gateway.yaml`; the gateway checks it,
 * keeps the last good one, and reports the version it applied in its status.
 */
export const gatewayConfigSchema = z.object({
  schema: z.literal('config/1'),
  gatewayId: idSchema,
  version: z.int().min(1),
  gateway: z.record(z.string(), z.unknown()),
});
export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;
