import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

import { formatTopic } from '@shelfwire/contract';
import { createLogger } from '@shelfwire/contract/service';
import type { Aedes } from 'aedes';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createCentralBroker } from './central-broker.ts';
import { configSchema } from './config.ts';

const address = { tenantId: 'demo', siteId: 'plant-1' };
const readings = formatTopic({ channel: 'readings', ...address });
const confirmations = formatTopic({ channel: 'confirmations', consumer: 'ingest', ...address });
const orders = formatTopic({ channel: 'orders', ...address });
const foreignReadings = formatTopic({ channel: 'readings', tenantId: 'demo', siteId: 'plant-2' });

let broker: Aedes;
let server: Server;
const clients: MqttClient[] = [];

beforeAll(async () => {
  const password = (user: string): string => `${user}-password-1234`;
  const config = configSchema.parse({
    SHELFWIRE_BROKER_GATEWAY_PASSWORD: password('gw-1'),
    SHELFWIRE_BROKER_INGEST_PASSWORD: password('ingest'),
    SHELFWIRE_BROKER_REORDER_PASSWORD: password('reorder'),
    SHELFWIRE_BROKER_TENANT: 'demo',
    SHELFWIRE_BROKER_SITE: 'plant-1',
    SHELFWIRE_BROKER_GATEWAY: 'gw-1',
  });
  broker = await createCentralBroker(config, createLogger('central-broker', { level: 'silent' }));
  server = createServer(broker.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  await new Promise<void>((resolve) => broker.close(() => resolve()));
  server.close();
});

async function connect(username: string, password = `${username}-password-1234`): Promise<MqttClient> {
  const port = (server.address() as { port: number }).port;
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { username, password, reconnectPeriod: 0 });
  clients.push(client);
  return client;
}

/** Resolves with every topic seen up to and including `last`. */
function topicsUntil(client: MqttClient, last: string): Promise<string[]> {
  return new Promise((resolve) => {
    const seen: string[] = [];
    client.on('message', (topic) => {
      seen.push(topic);
      if (topic === last) resolve(seen);
    });
  });
}

test('nobody gets in without the right password', async () => {
  await expect(connect('ingest', 'wrong')).rejects.toThrow('Not authorized');
  await expect(connect('nobody', 'x')).rejects.toThrow('Not authorized');
});

test('the gateway’s readings reach ingest; what it may not publish ends its connection and reaches nobody', async () => {
  const ingest = await connect('ingest');
  await ingest.subscribeAsync('#', { qos: 1 });
  const seen = topicsUntil(ingest, readings);
  const intruder = await connect('gw-1');
  const closed = new Promise<void>((resolve) => intruder.once('close', () => resolve()));
  intruder.publish(foreignReadings, '{}', { qos: 1 }, () => undefined);
  await closed;
  const gateway = await connect('gw-1');
  await gateway.publishAsync(readings, '{}', { qos: 1 });
  expect(await seen).toEqual([readings]);
});

test('a subscription to everything brings the gateway only what is its own', async () => {
  const gateway = await connect('gw-1');
  await gateway.subscribeAsync('#', { qos: 1 });
  const seen = topicsUntil(gateway, confirmations);
  const reorder = await connect('reorder');
  await reorder.publishAsync(orders, '{}', { qos: 1 });
  const ingest = await connect('ingest');
  await ingest.publishAsync(confirmations, '{}', { qos: 1 });
  expect(await seen).toEqual([confirmations]);
});
