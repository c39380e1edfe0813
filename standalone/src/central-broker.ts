import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

import {
  createLogger,
  createServiceServer,
  runService,
  ServiceMetrics,
  type Logger,
} from '@shelfwire/contract/service';
import { Aedes, type Client } from 'aedes';

import { mayPublish, mayReceive, type CentralUser, type GatewayScope } from './broker-acl.ts';
import { readBrokerConfig, type BrokerConfig } from './config.ts';

/**
 * The central broker of the embedded set of parts (design D6). It keeps nothing on disk: a reading stays on the
 * gateway's disk until its consumers have confirmed it, so the broker may forget (design D1).
 */
export async function createCentralBroker(config: BrokerConfig, logger: Logger): Promise<Aedes> {
  const broker = await Aedes.createBroker({ concurrency: 200, queueLimit: 1_000 });
  const users = new Map<string, { user: CentralUser; password: string }>([
    ['ingest', { user: 'ingest', password: config.SHELFWIRE_BROKER_INGEST_PASSWORD }],
    ['reorder', { user: 'reorder', password: config.SHELFWIRE_BROKER_REORDER_PASSWORD }],
    [config.SHELFWIRE_BROKER_GATEWAY, { user: 'gateway', password: config.SHELFWIRE_BROKER_GATEWAY_PASSWORD }],
  ]);
  const scope: GatewayScope = {
    tenantId: config.SHELFWIRE_BROKER_TENANT,
    siteId: config.SHELFWIRE_BROKER_SITE,
    gatewayId: config.SHELFWIRE_BROKER_GATEWAY,
  };
  const connected = new WeakMap<Client, CentralUser>();

  broker.authenticate = (client, username, password, done) => {
    const known = users.get(username ?? '');
    if (!known || !isSame(known.password, password?.toString() ?? '')) {
      logger.warn({ username }, 'a login at the central broker was refused');
      done(Object.assign(new Error('not authorized'), { returnCode: 5 as const }), false);
      return;
    }
    connected.set(client, known.user);
    done(null, true);
  };
  broker.authorizePublish = (client, packet, done) => {
    const user = client && connected.get(client);
    // Without a client it is the broker itself, publishing a last will that was checked when it was set.
    if (!client || (user && mayPublish(user, scope, packet.topic))) return done(null);
    logger.warn({ user, topic: packet.topic }, 'a message on a topic that is not the user’s was refused');
    done(new Error('not authorized'));
  };
  broker.authorizeForward = (client, packet) => {
    const user = connected.get(client);
    return user && mayReceive(user, scope, packet.topic) ? packet : null;
  };
  return broker;
}

function isSame(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

async function start(logger: Logger): Promise<{ close(): Promise<void> }> {
  const config = readBrokerConfig();
  const broker = await createCentralBroker(config, logger);
  const tcp = createServer(broker.handle);
  tcp.listen(config.SHELFWIRE_BROKER_PORT, '127.0.0.1');
  await once(tcp, 'listening');
  const metrics = new ServiceMetrics();
  const http = createServiceServer({ service: 'central-broker', metrics, readiness: () => [] });
  await http.listen({ host: '127.0.0.1', port: config.SHELFWIRE_HTTP_PORT });
  logger.info({ port: config.SHELFWIRE_BROKER_PORT }, 'the central broker listens');
  return {
    close: async () => {
      await http.close();
      tcp.close();
      await new Promise<void>((resolve) => broker.close(() => resolve()));
    },
  };
}

if (import.meta.main) {
  const logger = createLogger('central-broker');
  await runService(logger, () => start(logger));
}
