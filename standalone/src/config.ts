import { idSchema } from '@shelfwire/contract';
import { portSetting, readConfig } from '@shelfwire/contract/service';
import { z } from 'zod';

/** The embedded central broker's settings; the launcher gives them. */
export const configSchema = z.object({
  SHELFWIRE_BROKER_PORT: portSetting.default(1884).describe('Port of the embedded central broker, loopback only.'),
  SHELFWIRE_BROKER_GATEWAY_PASSWORD: z.string().min(16).describe('Password of the user named as the gateway.'),
  SHELFWIRE_BROKER_INGEST_PASSWORD: z.string().min(16).describe('Password of the user `ingest`.'),
  SHELFWIRE_BROKER_REORDER_PASSWORD: z.string().min(16).describe('Password of the user `reorder`.'),
  SHELFWIRE_BROKER_TENANT: idSchema.describe('Tenant of the one gateway that may connect.'),
  SHELFWIRE_BROKER_SITE: idSchema.describe('Site of that gateway.'),
  SHELFWIRE_BROKER_GATEWAY: idSchema.describe('Id of that gateway, which is its user name too.'),
  SHELFWIRE_HTTP_PORT: portSetting.default(3004).describe('Port of /healthz, /readyz and /metrics, loopback only.'),
  SHELFWIRE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least level logged.'),
});
export type BrokerConfig = z.infer<typeof configSchema>;

export function readBrokerConfig(): BrokerConfig {
  return readConfig(configSchema, process.env);
}

/** Opens the gateway's local API. */
export const API_TOKEN = 'SHELFWIRE_API_TOKEN';

/** Given to this start on purpose, as the administrator's email is, who would else be one of another customer. */
const INHERITED: ReadonlySet<string> = new Set(['SHELFWIRE_LOG_LEVEL', 'SHELFWIRE_ADMIN_TENANT', API_TOKEN]);

/** What the launcher itself takes from the environment; everything else it is told by options. */
export function readLauncherEnvironment(): {
  adminEmail: string | undefined;
  adminPassword: string | undefined;
  inherited: Record<string, string>;
} {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && mayInherit(entry[0]),
    ),
  );
  return {
    adminEmail: process.env['SHELFWIRE_ADMIN_EMAIL'],
    adminPassword: process.env['SHELFWIRE_ADMIN_PASSWORD'],
    inherited,
  };
}

/** A variable that was set for another installation must not reach the parts of this one. */
function mayInherit(name: string): boolean {
  if (INHERITED.has(name) || name.startsWith('SHELFWIRE_SIM_')) return true;
  return !name.startsWith('SHELFWIRE_') && !name.startsWith('npm_');
}
