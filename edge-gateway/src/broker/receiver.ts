import { configInvalid } from '@shelfwire/contract/service';

import type { UnclaimedTopics } from '../commission/unclaimed-topics.ts';
import type { GatewayEnv } from '../config.ts';
import type { SiteDevices } from '../devices/site-devices.ts';
import type { GatewayEvents } from '../events.ts';
import type { GatewayClock } from '../gateway-clock.ts';
import type { GatewayFile } from '../gateway-file.ts';
import type { Pipeline } from '../pipeline.ts';
import type { ListenerTls } from './listener.ts';
import type { Enrolment } from './sessions.ts';
import { SiteBroker } from './site-broker.ts';
import { SiteClient } from './site-client.ts';

/** Where MQTT devices are received: our own broker, or the site's. */
export interface Receiver {
  /** 0 where there is no such listener. */
  readonly ports: { plain: number; tls: number };
  /** The device list has changed. */
  applyDevices(): void;
  /** What is missing before devices can be received. */
  missing(): string[];
  close(): Promise<void>;
}

export interface ReceiverParts {
  env: GatewayEnv;
  file: GatewayFile;
  devices: SiteDevices;
  pipeline: Pipeline;
  events: GatewayEvents;
  clock: GatewayClock;
  enrolment: Enrolment;
  /** Where somebody could look at it. */
  unclaimed?: UnclaimedTopics | undefined;
}

export async function startReceiver(parts: ReceiverParts): Promise<Receiver> {
  const { env, file, devices, pipeline, events, clock, enrolment } = parts;
  const common = { devices, pipeline, events, now: () => clock.now(), steadyNow: () => clock.steadyNow() };
  if (file.siteBroker) {
    const clientId = `gateway-${file.siteId}-${file.gatewayId}`;
    const found = parts.unclaimed ? { unclaimed: parts.unclaimed } : {};
    const client = new SiteClient({ ...common, ...found, settings: file.siteBroker, clientId, random: Math.random });
    client.start();
    return {
      ports: { plain: 0, tls: 0 },
      applyDevices: () => client.resubscribe(),
      missing: () => (client.isConnected ? [] : ["the connection to the site's broker"]),
      close: () => client.close(),
    };
  }
  const broker = await SiteBroker.start({
    ...common,
    host: env.SHELFWIRE_MQTT_HOST,
    port: env.SHELFWIRE_MQTT_PLAIN ? env.SHELFWIRE_MQTT_PORT : undefined,
    tls: listenerTls(env),
    enrolment,
    payloadBytesMax: env.SHELFWIRE_PAYLOAD_BYTES_MAX,
  });
  return {
    ports: broker.ports,
    applyDevices: () => broker.applyDevices(),
    missing: () => [],
    close: () => broker.close(),
  };
}

function listenerTls(env: GatewayEnv): (ListenerTls & { port: number }) | undefined {
  const { SHELFWIRE_MQTT_TLS_CERT: cert, SHELFWIRE_MQTT_TLS_KEY: key } = env;
  if (cert === undefined && key === undefined) {
    if (env.SHELFWIRE_MQTT_PLAIN) return undefined;
    throw configInvalid('the environment', ['SHELFWIRE_MQTT_PLAIN: false needs SHELFWIRE_MQTT_TLS_CERT and _KEY']);
  }
  if (cert === undefined || key === undefined) {
    throw configInvalid('the environment', ['SHELFWIRE_MQTT_TLS_CERT: the certificate and its key go together']);
  }
  return { cert, key, ca: env.SHELFWIRE_MQTT_TLS_CLIENT_CA, port: env.SHELFWIRE_MQTT_TLS_PORT };
}
