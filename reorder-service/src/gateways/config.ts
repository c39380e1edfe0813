import { readConfig, trustSettings } from '@shelfwire/contract/service';
import { z } from 'zod';

import { configSchema as serviceSchema } from '../config.ts';

const password = z.string().min(16, 'use at least 16 characters');

/** Of `npm run mosquitto:acl`. */
export const configSchema = z.object({
  SHELFWIRE_DATABASE_URL: serviceSchema.shape.SHELFWIRE_DATABASE_URL,
  SHELFWIRE_SEED_FILE: serviceSchema.shape.SHELFWIRE_SEED_FILE,
  SHELFWIRE_BROKER_ACCESS_DIR: z
    .string()
    .min(1)
    .describe('Folder that gets `acl` and `passwords`, which mosquitto.conf names'),
  SHELFWIRE_BROKER_INGEST_PASSWORD: password.describe('Of the user `ingest` at the central broker'),
  SHELFWIRE_BROKER_REORDER_PASSWORD: password.describe('Of the user `reorder` at the central broker'),
  SHELFWIRE_BROKER_NODE_RED_PASSWORD: password
    .optional()
    .describe('Of the user `node-red`, which may only read; without it there is no such user'),
  SHELFWIRE_BROKER_ACCESS_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Looks for changed gateways so often; 0 writes once and ends'),
  SHELFWIRE_BROKER_PID_FILE: z
    .string()
    .optional()
    .describe("Mosquitto's pid_file: it is told to reload (SIGHUP) after a change. Elsewhere, watch the files"),
  ...trustSettings,
  SHELFWIRE_LOG_LEVEL: serviceSchema.shape.SHELFWIRE_LOG_LEVEL,
});
export type BrokerAccessConfig = z.infer<typeof configSchema>;

/** @throws ShelfwireError CONFIG_INVALID with every problem */
export function loadConfig(): BrokerAccessConfig {
  return readConfig(configSchema, process.env);
}
