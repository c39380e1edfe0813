import {
  booleanSetting,
  durationMsSetting,
  httpTlsSettings,
  portSetting,
  readConfig,
  trustSettings,
} from '@shelfwire/contract/service';
import { z } from 'zod';

import { parseNetworks } from './outbound/networks.ts';

export const configSchema = z.object({
  SHELFWIRE_CENTRAL_MQTT_URL: z
    .url({ protocol: /^(mqtts?|wss?)$/ })
    .describe('The central broker, from which readings come and on which events go out'),
  SHELFWIRE_CENTRAL_MQTT_USERNAME: z.string().optional().describe('Login at the central broker'),
  SHELFWIRE_CENTRAL_MQTT_PASSWORD: z.string().optional().describe('Password at the central broker'),
  SHELFWIRE_CENTRAL_MQTT_SHARED: booleanSetting
    .default(false)
    .describe('true lets several replicas share the readings ($share/…); needs a broker that can (not Aedes)'),
  SHELFWIRE_CENTRAL_MQTT_CLIENT_ID: z
    .string()
    .min(1)
    .max(64)
    .default('shelfwire-reorder')
    .describe('MQTT client id; each replica needs its own and keeps it over restarts'),
  SHELFWIRE_DATABASE_URL: z
    .string()
    .regex(/^(postgres(ql)?:\/\/|pglite:)/, 'begin with postgres:// or pglite:')
    .describe('The system of record: postgres://user:password@host/database, or pglite:<folder> inside this process'),
  SHELFWIRE_DATABASE_CONNECTIONS_MAX: z.coerce
    .number()
    .int()
    .min(2)
    .max(200)
    .default(10)
    .describe('Connections to PostgreSQL at most'),
  SHELFWIRE_SEED_FILE: z.string().optional().describe('catalogue.yaml, read and upserted at each start'),
  SHELFWIRE_ADMIN_EMAIL: z
    .email()
    .optional()
    .describe('Email of the administrator, who is made at the start if nobody has it'),
  SHELFWIRE_ADMIN_PASSWORD: z
    .string()
    .min(8)
    .optional()
    .describe('Password of that administrator: at each start they get it again, if they have another one'),
  SHELFWIRE_ADMIN_TENANT: z
    .string()
    .optional()
    .describe('Tenant of that administrator when they are made; without it, the first one by its id'),
  SHELFWIRE_JWT_SECRET: z.string().min(32).describe('Signs access tokens (HS256); shared with the ingest-service'),
  SHELFWIRE_CONSOLE_DIR: z.string().optional().describe('Folder of the built console, served at /'),
  SHELFWIRE_TELEMETRY_URL: z
    .url()
    .optional()
    .describe('Base URL of the ingest-service; /api/v1/telemetry/* is passed on to it'),
  SHELFWIRE_HTTP_HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  SHELFWIRE_HTTP_PORT: portSetting.default(3000).describe('Port to listen on; 0 lets the system choose'),
  ...httpTlsSettings,
  ...trustSettings,
  SHELFWIRE_SUPPLIER_TIMEOUT_MS: durationMsSetting
    .default(10_000)
    .describe('How long a supplier may take to answer one request'),
  SHELFWIRE_SUPPLIER_ATTEMPTS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .default(12)
    .describe('Attempts to send an order before it is put ON_HOLD for a person'),
  SHELFWIRE_SUPPLIER_BACKOFF_MS: durationMsSetting
    .default(1_000)
    .describe('Longest wait before the second attempt; doubles with each further one, at most 5 minutes'),
  SHELFWIRE_ESCALATE_BUYER_AFTER_MS: durationMsSetting
    .default(86_400_000)
    .describe('The buyer is told so long after an order was due or should have been acknowledged; a day at most'),
  SHELFWIRE_ESCALATE_ADMIN_AFTER_MS: durationMsSetting
    .default(3 * 86_400_000)
    .describe('The administrator is told so long after an order was due or should have been acknowledged'),
  SHELFWIRE_ALERT_ESCALATE_AFTER_MS: durationMsSetting
    .default(4 * 3_600_000)
    .describe('An alert that nobody takes on is told to the next level after this, and to the last after twice of it'),
  SHELFWIRE_DEAD_STOCK_AFTER_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(180)
    .describe('A bin from which nothing was taken for so many days has the status DEAD, “No use” in the console'),
  SHELFWIRE_SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('Mail server for alerts: smtp://user:password@host:587; without it mails are written to the log'),
  SHELFWIRE_MAIL_FROM: z.string().default('Shelfwire <shelfwire@localhost>').describe('Sender of alert mails'),
  SHELFWIRE_OUTBOUND_NETWORKS: z
    .string()
    .default('')
    .transform((text, context) => {
      const networks = parseNetworks(text);
      if (!networks) context.addIssue('is no list of networks like 10.0.0.0/8, fd00::/8');
      return networks ?? [];
    })
    .describe(
      'Networks beside the public internet to which events, alerts and orders may be sent, by http as well: 10.20.0.0/16, fd00::/8. Without it a URL of a customer or supplier that leads to a private address is refused',
    ),
  SHELFWIRE_WEBHOOK_TIMEOUT_MS: durationMsSetting
    .default(15_000)
    .describe('How long a customer’s system may take to answer one event'),
  SHELFWIRE_WEBHOOK_GIVE_UP_AFTER_MS: durationMsSetting
    .default(3 * 86_400_000)
    .describe('An event that a customer’s system has not taken by then is kept for a replay, and tried no more'),
  SHELFWIRE_WEBHOOK_WAITING_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .default(100_000)
    .describe('Events that may wait for one system; further ones are kept for a replay'),
  SHELFWIRE_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe log line written'),
});
export type Config = z.infer<typeof configSchema>;

/** @throws ShelfwireError CONFIG_INVALID with every problem */
export function loadConfig(): Config {
  return readConfig(configSchema, process.env);
}

/** Before the rest is read, so that a wrong setting is logged at the right level too. */
export function logLevel(): string | undefined {
  return process.env['SHELFWIRE_LOG_LEVEL'];
}
