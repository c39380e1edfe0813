import { booleanSetting, httpTlsSettings, portSetting, readConfig, trustSettings } from '@shelfwire/contract/service';
import { z } from 'zod';

export const configSchema = z.object({
  SHELFWIRE_SIM_FLEET: z.string().min(1).describe('Path of fleet.yaml: bins, devices, customers, suppliers.'),
  SHELFWIRE_SIM_SEED: z.string().optional().describe('Overrides the seed of the fleet file.'),
  SHELFWIRE_SIM_DEVICES: booleanSetting
    .default(true)
    .describe('false: no device is simulated, the simulated supplier still answers.'),
  SHELFWIRE_SIM_MQTT_URL: z
    .string()
    .default('mqtt://127.0.0.1:1883')
    .describe('The broker that the simulated devices publish to: the gateway.'),
  SHELFWIRE_SIM_SPEED: z.coerce
    .number()
    .min(0.01)
    .max(1_000)
    .default(1)
    .describe('How many times faster than the clock on the wall the simulated world runs.'),
  SHELFWIRE_SIM_SUPPLIER_PORT: portSetting.default(3100).describe('Port of the simulated supplier.'),
  SHELFWIRE_SIM_SUPPLIER_TOKEN: z
    .string()
    .min(8)
    .optional()
    .describe('Bearer token of suppliers that have none of their own in the fleet file.'),
  SHELFWIRE_SIM_CALLBACK_URL: z
    .url()
    .default('http://127.0.0.1:3000')
    .describe('Base URL of the reorder-service, to which the simulated supplier answers.'),
  SHELFWIRE_SIM_TRUTH_FILE: z
    .string()
    .optional()
    .describe('NDJSON file to which the known truth is appended: every take, refill and published message.'),
  SHELFWIRE_SIM_STATE_FILE: z
    .string()
    .optional()
    .describe('File in which world and supplier are kept over a restart; without it each start begins anew.'),
  SHELFWIRE_HTTP_HOST: z.string().default('127.0.0.1').describe('Address on which both HTTP servers listen.'),
  SHELFWIRE_HTTP_PORT: portSetting.default(3003).describe('Port of /healthz, /readyz and /metrics.'),
  ...httpTlsSettings,
  ...trustSettings,
  SHELFWIRE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least level logged.'),
});
export type SimConfig = z.infer<typeof configSchema>;

export function readSimConfig(): SimConfig {
  return readConfig(configSchema, process.env);
}

/** The level at which a wrong configuration is told, before it could be read. */
export function readLogLevel(): string {
  return process.env['SHELFWIRE_LOG_LEVEL'] ?? 'info';
}
