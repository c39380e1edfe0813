import {
  booleanSetting,
  durationMsSetting,
  httpTlsSettings,
  portSetting,
  readConfig,
} from '@shelfwire/contract/service';
import { z } from 'zod';

const bytesSetting = z.coerce.number().int().min(0);

export const configSchema = z.object({
  SHELFWIRE_GATEWAY_CONFIG: z.string().min(1).describe('Path of gateway.yaml: tenant, site, gateway and devices'),
  SHELFWIRE_DATA_DIR: z.string().min(1).default('data/gateway').describe('Folder of the outbox and the quarantine'),
  SHELFWIRE_UPLINK_URL: z
    .url({ protocol: /^mqtts?$/, error: 'write mqtt://host:port or mqtts://host:port' })
    .default('mqtt://127.0.0.1:1884')
    .describe('Central MQTT broker'),
  SHELFWIRE_UPLINK_USERNAME: z.string().optional().describe('Login at the central broker'),
  SHELFWIRE_UPLINK_PASSWORD: z.string().optional().describe('Password at the central broker'),
  SHELFWIRE_MQTT_HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address the site broker listens on for devices'),
  SHELFWIRE_MQTT_PORT: portSetting.default(1883).describe('Port the site broker listens on for devices'),
  SHELFWIRE_MQTT_PLAIN: booleanSetting.default(true).describe('false: devices must use TLS'),
  SHELFWIRE_MQTT_TLS_PORT: portSetting
    .default(8883)
    .describe('Port for devices over TLS 1.2 or newer, if there is a certificate'),
  SHELFWIRE_MQTT_TLS_CERT: z.string().optional().describe('Certificate of the site broker, PEM'),
  SHELFWIRE_MQTT_TLS_KEY: z.string().optional().describe('Its key, PEM'),
  SHELFWIRE_MQTT_TLS_CLIENT_CA: z
    .string()
    .optional()
    .describe("Authority of the devices' certificates, PEM: devices may sign in with one (mutual TLS)"),
  SHELFWIRE_UPLINK_CA: z.string().optional().describe("Authority of the central broker's certificate, PEM"),
  SHELFWIRE_UPLINK_CERT: z.string().optional().describe('Our certificate for the central broker, PEM'),
  SHELFWIRE_UPLINK_KEY: z.string().optional().describe('Its key, PEM'),
  SHELFWIRE_HTTP_HOST: z.string().min(1).default('127.0.0.1').describe('Address of health, metrics and the local API'),
  SHELFWIRE_HTTP_PORT: portSetting.default(3002).describe('Port of health, metrics and the local API'),
  ...httpTlsSettings,
  SHELFWIRE_API_TOKEN: z
    .string()
    .min(16, 'use at least 16 characters')
    .optional()
    .describe('Bearer token of the local API (approve devices, calibrate); without it there is no such API'),
  SHELFWIRE_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least level that is logged'),
  SHELFWIRE_OUTBOX_BYTES_MAX: bytesSetting.default(8_589_934_592).describe('Bytes the outbox may take on disk'),
  SHELFWIRE_OUTBOX_READINGS_MAX: bytesSetting.default(50_000_000).describe('Readings the outbox may hold'),
  SHELFWIRE_OUTBOX_AGE_DAYS_MAX: z.coerce
    .number()
    .positive()
    .max(36_500)
    .default(90)
    .describe(
      'Telemetry nobody confirmed for so many days is given up, whole segments at a time; presses of buttons never are',
    ),
  SHELFWIRE_FREE_DISK_BYTES_MIN: bytesSetting
    .default(268_435_456)
    .describe('Free space the outbox leaves on the disk for everything else'),
  SHELFWIRE_QUARANTINE_BYTES_MAX: bytesSetting
    .default(16_777_216)
    .describe('Bytes of frames set aside, oldest go first'),
  SHELFWIRE_PAYLOAD_BYTES_MAX: bytesSetting.default(262_144).describe('Longest MQTT packet a device may send'),
  SHELFWIRE_RESEND_AFTER_MS: durationMsSetting
    .default(30_000)
    .describe(
      'A batch is sent again when one sent so much later was confirmed, or nothing for so long; up to a minute apart',
    ),
  SHELFWIRE_HISTORY_READINGS_PER_SECOND: z.coerce
    .number()
    .int()
    .min(1)
    .default(5_000)
    .describe('How fast old readings are sent beside live ones'),
});
export type GatewayEnv = z.infer<typeof configSchema>;

export function readEnv(env: Readonly<Record<string, string | undefined>> = process.env): GatewayEnv {
  return readConfig(configSchema, env);
}

/** Before the rest is read, so that a wrong setting is logged at the right level too. */
export function logLevel(): string | undefined {
  return process.env['SHELFWIRE_LOG_LEVEL'];
}
