import { idSchema } from '@shelfwire/contract';
import {
  configInvalid,
  durationMsSetting,
  httpTlsSettings,
  portSetting,
  readConfig,
  trustSettings,
} from '@shelfwire/contract/service';
import { z } from 'zod';

export const configSchema = z.object({
  SHELFWIRE_CENTRAL_MQTT_URL: z.url().describe('The central broker, mqtt:// or mqtts://.'),
  SHELFWIRE_CENTRAL_MQTT_USERNAME: z.string().optional().describe('User name at the central broker.'),
  SHELFWIRE_CENTRAL_MQTT_PASSWORD: z.string().optional().describe('Password at the central broker.'),
  SHELFWIRE_INSTANCE_ID: idSchema
    .default('ingest')
    .describe(
      'Names this replica at the broker, which keeps its unacknowledged messages: unique, the same after a restart.',
    ),
  SHELFWIRE_CENTRAL_SHARED_SUBSCRIPTIONS: z.coerce
    .number()
    .int()
    .min(0)
    .max(32)
    .default(0)
    .describe(
      'Connections that share the readings by $share/…, for brokers that have it; 0 is one connection without sharing, the only choice with Aedes.',
    ),
  SHELFWIRE_TELEMETRY_STORE: z.enum(['duckdb', 'influxdb']).default('duckdb').describe('Where telemetry is kept.'),
  SHELFWIRE_DUCKDB_FILE: z.string().default('data/telemetry.duckdb').describe('File of the DuckDB store.'),
  SHELFWIRE_DUCKDB_MEMORY_MB: z.coerce.number().int().min(64).default(512).describe('Memory DuckDB may use, in MB.'),
  SHELFWIRE_INFLUXDB_URL: z.url().optional().describe('InfluxDB, for SHELFWIRE_TELEMETRY_STORE=influxdb.'),
  SHELFWIRE_INFLUXDB_TOKEN: z.string().default('').describe('Token with write and read access to the bucket.'),
  SHELFWIRE_INFLUXDB_ORG: z.string().default('shelfwire').describe('Organisation in InfluxDB.'),
  SHELFWIRE_INFLUXDB_BUCKET: z
    .string()
    .default('shelfwire')
    .describe('Bucket; read by InfluxQL under the same database name (DBRP).'),
  SHELFWIRE_INFLUXDB_TENANT_BUCKETS: z
    .enum(['shared', 'separate'])
    .default('shared')
    .describe(
      'separate gives each tenant the bucket <SHELFWIRE_INFLUXDB_BUCKET>_<tenant>, made when it is first heard of, so that a Grafana can be given a token for one tenant alone.',
    ),
  SHELFWIRE_INFLUXDB_READ_BY: z
    .enum(['influxql', 'victoria-metrics'])
    .default('influxql')
    .describe('How to read what was written: influxql for every InfluxDB, victoria-metrics for VictoriaMetrics.'),
  SHELFWIRE_INFLUXDB_TIMEOUT_MS: durationMsSetting.default(10_000).describe('Longest time of one request to InfluxDB.'),
  SHELFWIRE_RAW_RETENTION_DAYS: z.coerce.number().int().min(2).default(90).describe('How long raw readings are kept.'),
  SHELFWIRE_DOWNSAMPLED_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(2)
    .default(800)
    .describe(
      'How long hourly values, stock, order and gateway events are kept; the default is somewhat over two years.',
    ),
  SHELFWIRE_MAINTENANCE_INTERVAL_MS: durationMsSetting
    .default(300_000)
    .describe('How often hours are downsampled and expired points deleted.'),
  SHELFWIRE_STORE_HOLD_MS: durationMsSetting
    .default(10_000)
    .describe(
      'How long a batch waits for an absent store before it is let go unconfirmed; its gateway sends it again.',
    ),
  SHELFWIRE_DATA_DIR: z.string().default('data/ingest').describe('Folder of the quarantine.'),
  SHELFWIRE_QUARANTINE_BYTES_MAX: z.coerce
    .number()
    .int()
    .min(1_000_000)
    .default(256_000_000)
    .describe('Most bytes of the quarantine on disk; beyond them the oldest entries go, counted and logged as lost.'),
  SHELFWIRE_QUARANTINE_ENTRIES_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .default(100_000)
    .describe('Most entries of the quarantine; their index is in memory.'),
  SHELFWIRE_JWT_SECRET: z
    .string()
    .min(32)
    .describe(
      'Secret of the tokens that the reorder-service makes for its calls, at least 32 characters; the same as there.',
    ),
  SHELFWIRE_HTTP_HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  SHELFWIRE_HTTP_PORT: portSetting.default(3001).describe('Port to listen on.'),
  ...httpTlsSettings,
  ...trustSettings,
  SHELFWIRE_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .describe('Log level.'),
});
export type IngestConfig = z.infer<typeof configSchema>;

/** @throws ShelfwireError CONFIG_INVALID with every problem */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): IngestConfig {
  const config = readConfig(configSchema, env);
  if (config.SHELFWIRE_TELEMETRY_STORE === 'influxdb' && config.SHELFWIRE_INFLUXDB_URL === undefined) {
    throw configInvalid('the environment', ['SHELFWIRE_INFLUXDB_URL: needed for SHELFWIRE_TELEMETRY_STORE=influxdb']);
  }
  const isVictoria = config.SHELFWIRE_INFLUXDB_READ_BY === 'victoria-metrics';
  if (isVictoria && config.SHELFWIRE_INFLUXDB_TENANT_BUCKETS === 'separate') {
    throw configInvalid('the environment', [
      'SHELFWIRE_INFLUXDB_TENANT_BUCKETS: VictoriaMetrics has no buckets; put vmauth with an extra label before it',
    ]);
  }
  return config;
}

/** Read apart from the rest, so that a wrong configuration can be logged. */
export function logLevel(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const parsed = configSchema.shape.SHELFWIRE_LOG_LEVEL.safeParse(env['SHELFWIRE_LOG_LEVEL'] || undefined);
  return parsed.success ? parsed.data : undefined;
}
