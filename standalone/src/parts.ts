import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { GatewayScope } from './broker-acl.ts';
import type { ChildSettings } from './child.ts';
import type { Options } from './options.ts';
import type { Secrets } from './secrets.ts';

/** In the order in which they are started; they are stopped from the devices inwards. */
export const PART_NAMES = [
  'central-broker',
  'ingest-service',
  'reorder-service',
  'edge-gateway',
  'device-sim',
] as const;
export type PartName = (typeof PART_NAMES)[number];
export const STOP_ORDER: readonly PartName[] = [
  'device-sim',
  'edge-gateway',
  'reorder-service',
  'ingest-service',
  'central-broker',
];

export const INTERNAL_PORTS = ['broker', 'brokerHttp', 'ingest', 'gatewayHttp', 'simHttp', 'supplier'] as const;
type InternalPorts = Record<(typeof INTERNAL_PORTS)[number], number>;

/** What the parts of one start are told. */
export interface Layout {
  dataDir: string;
  siteDir: string;
  catalogueFile: string;
  options: Options;
  ports: InternalPorts;
  scope: GatewayScope;
  secrets: Pick<Secrets, 'derive'>;
  admin: { email: string; password: string } | undefined;
  inherited: Readonly<Record<string, string>>;
}

const consoleDir = fileURLToPath(new URL('../../console/dist/', import.meta.url));

/** Where this machine reaches what listens on `host`. */
export function localUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** The same programs as in production, with the embedded parts chosen by environment variables. */
export function describeParts(layout: Layout): Record<PartName, ChildSettings> {
  const { ports, options } = layout;
  const part = (name: PartName, entry: string, url: string, env: Record<string, string>): ChildSettings => ({
    name,
    entry,
    url,
    logPath: join(layout.dataDir, 'logs', `${name}.log`),
    env: { ...layout.inherited, ...env },
  });
  const loopback = (port: number): string => `http://127.0.0.1:${port}`;
  return {
    'central-broker': part(
      'central-broker',
      fileURLToPath(new URL('./central-broker.js', import.meta.url)),
      loopback(ports.brokerHttp),
      brokerEnvironment(layout),
    ),
    'ingest-service': part(
      'ingest-service',
      fileURLToPath(import.meta.resolve('@shelfwire/ingest-service/main')),
      loopback(ports.ingest),
      ingestEnvironment(layout),
    ),
    'reorder-service': {
      ...part(
        'reorder-service',
        fileURLToPath(import.meta.resolve('@shelfwire/reorder-service/main')),
        localUrl(options.host, options.port),
        reorderEnvironment(layout),
      ),
      readsCopyOf: { copy: layout.catalogueFile, original: join(layout.siteDir, 'catalogue.yaml') },
    },
    'edge-gateway': part(
      'edge-gateway',
      fileURLToPath(import.meta.resolve('@shelfwire/edge-gateway/main')),
      loopback(ports.gatewayHttp),
      gatewayEnvironment(layout),
    ),
    'device-sim': part(
      'device-sim',
      fileURLToPath(import.meta.resolve('@shelfwire/device-sim/main')),
      loopback(ports.simHttp),
      simEnvironment(layout),
    ),
  };
}

function brokerEnvironment({ ports, scope, secrets }: Layout): Record<string, string> {
  return {
    SHELFWIRE_BROKER_PORT: String(ports.broker),
    SHELFWIRE_BROKER_GATEWAY_PASSWORD: secrets.derive('broker gateway'),
    SHELFWIRE_BROKER_INGEST_PASSWORD: secrets.derive('broker ingest'),
    SHELFWIRE_BROKER_REORDER_PASSWORD: secrets.derive('broker reorder'),
    SHELFWIRE_BROKER_TENANT: scope.tenantId,
    SHELFWIRE_BROKER_SITE: scope.siteId,
    SHELFWIRE_BROKER_GATEWAY: scope.gatewayId,
    SHELFWIRE_HTTP_PORT: String(ports.brokerHttp),
  };
}

function ingestEnvironment({ ports, dataDir, secrets }: Layout): Record<string, string> {
  return {
    SHELFWIRE_CENTRAL_MQTT_URL: `mqtt://127.0.0.1:${ports.broker}`,
    SHELFWIRE_CENTRAL_MQTT_USERNAME: 'ingest',
    SHELFWIRE_CENTRAL_MQTT_PASSWORD: secrets.derive('broker ingest'),
    SHELFWIRE_TELEMETRY_STORE: 'duckdb',
    SHELFWIRE_DUCKDB_FILE: join(dataDir, 'ingest', 'telemetry.duckdb'),
    SHELFWIRE_DATA_DIR: join(dataDir, 'ingest'),
    SHELFWIRE_JWT_SECRET: secrets.derive('jwt'),
    SHELFWIRE_HTTP_HOST: '127.0.0.1',
    SHELFWIRE_HTTP_PORT: String(ports.ingest),
  };
}

function reorderEnvironment(layout: Layout): Record<string, string> {
  const { ports, dataDir, secrets, admin, options } = layout;
  return {
    SHELFWIRE_CENTRAL_MQTT_URL: `mqtt://127.0.0.1:${ports.broker}`,
    SHELFWIRE_CENTRAL_MQTT_USERNAME: 'reorder',
    SHELFWIRE_CENTRAL_MQTT_PASSWORD: secrets.derive('broker reorder'),
    SHELFWIRE_DATABASE_URL: `pglite:${join(dataDir, 'database')}`,
    SHELFWIRE_SEED_FILE: layout.catalogueFile,
    SHELFWIRE_JWT_SECRET: secrets.derive('jwt'),
    // The simulated suppliers are on this machine.
    SHELFWIRE_OUTBOUND_NETWORKS: '127.0.0.0/8',
    SHELFWIRE_CONSOLE_DIR: consoleDir,
    SHELFWIRE_TELEMETRY_URL: `http://127.0.0.1:${ports.ingest}`,
    SHELFWIRE_HTTP_HOST: options.host,
    SHELFWIRE_HTTP_PORT: String(options.port),
    ...(admin ? { SHELFWIRE_ADMIN_EMAIL: admin.email, SHELFWIRE_ADMIN_PASSWORD: admin.password } : {}),
  };
}

function gatewayEnvironment({ ports, dataDir, siteDir, secrets, scope, options }: Layout): Record<string, string> {
  return {
    SHELFWIRE_GATEWAY_CONFIG: join(siteDir, 'gateway.yaml'),
    SHELFWIRE_DATA_DIR: join(dataDir, 'gateway'),
    SHELFWIRE_UPLINK_URL: `mqtt://127.0.0.1:${ports.broker}`,
    SHELFWIRE_UPLINK_USERNAME: scope.gatewayId,
    SHELFWIRE_UPLINK_PASSWORD: secrets.derive('broker gateway'),
    SHELFWIRE_MQTT_HOST: options.host,
    SHELFWIRE_MQTT_PORT: String(options.mqttPort),
    SHELFWIRE_HTTP_HOST: '127.0.0.1',
    SHELFWIRE_HTTP_PORT: String(ports.gatewayHttp),
  };
}

function simEnvironment({ ports, dataDir, siteDir, options }: Layout): Record<string, string> {
  return {
    SHELFWIRE_SIM_FLEET: join(siteDir, 'fleet.yaml'),
    SHELFWIRE_SIM_DEVICES: String(options.sim),
    SHELFWIRE_SIM_MQTT_URL: localUrl(options.host, options.mqttPort).replace(/^http/, 'mqtt'),
    SHELFWIRE_SIM_SUPPLIER_PORT: String(ports.supplier),
    SHELFWIRE_SIM_CALLBACK_URL: localUrl(options.host, options.port),
    SHELFWIRE_SIM_STATE_FILE: join(dataDir, 'simulation.json'),
    SHELFWIRE_HTTP_HOST: '127.0.0.1',
    SHELFWIRE_HTTP_PORT: String(ports.simHttp),
  };
}
