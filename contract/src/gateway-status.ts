import { z } from 'zod';

import { epochMsSchema, idSchema } from './reading.ts';

/**
 * What became of everything one outbox was ever given:
 * `received = confirmed + queued + quarantined + dropped` (design D13), per process life for the first and last two.
 */
export const gatewayCountersSchema = z.object({
  framesReceived: z.int().min(0),
  readingsAppended: z.int().min(0),
  readingsConfirmed: z.int().min(0),
  framesQuarantined: z.int().min(0),
  framesRefused: z.int().min(0),
  readingsDropped: z.int().min(0),
});

/** Retained on `…/gateways/<gatewayId>/status`; the broker publishes the `online: false` form as last will. */
export const gatewayStatusSchema = z.object({
  schema: z.literal('gateway-status/1'),
  gatewayId: idSchema,
  online: z.boolean(),
  atMs: epochMsSchema,
  version: z.string().max(64).optional(),
  startedAtMs: epochMsSchema.optional(),
  /** Of the device list in force: the centre's, or the `version` that gateway.yaml gives itself. */
  appliedConfigVersion: z.int().min(0).optional(),
  appliedConfigSource: z.enum(['centre', 'file']).optional(),
  /** When the list in force was last changed, by the centre, the file, or at the gateway itself. */
  appliedConfigAtMs: epochMsSchema.optional(),
  queuedReadings: z.int().min(0).optional(),
  oldestQueuedAtMs: epochMsSchema.optional(),
  counters: gatewayCountersSchema.optional(),
});
export type GatewayStatus = z.infer<typeof gatewayStatusSchema>;
