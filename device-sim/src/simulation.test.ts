import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLogger, ServiceMetrics } from '@shelfwire/contract/service';
import { Aedes } from 'aedes';
import { fastify, type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { configSchema } from './config.ts';
import { readFleet } from './fleet-file.ts';
import { startSimulation, type Simulation } from './simulation.ts';

const FLEET = `
seed: sim-test
bins:
  - { binId: bolts, itemId: bolt, partNumber: P-1, pieceGrams: 12.5, startPieces: 10, capacity: 200, refillAfterMs: 100,
      customers: { takesPerHour: 7200, piecesPerTake: [1, 3] } }
devices:
  - { kind: tasmota, deviceId: s1, binId: bolts, intervalMs: 100, login: { username: s1, password: secret-1 } }
  - { kind: esphome, deviceId: s2, binId: bolts, intervalMs: 100, login: { username: s2, password: secret-2 } }
suppliers:
  - { supplierId: acme, token: acme-token-1, behaviour: { acknowledgeAfterMs: 20, shipAfterMs: 20, transitMs: 20 } }
`;
const ORDER = {
  schema: 'purchase-order/1',
  orderId: '0b9b8f6e-35a5-4d51-9f0b-2f6f3f3c8a11',
  orderNumber: 'PO-1',
  issuedAtMs: 1_800_000_000_000,
  buyer: { tenantId: 'demo', siteId: 'plant-1', name: 'Demo' },
  supplierId: 'acme',
  deliverTo: 'Dock 1',
  lines: [
    {
      lineNumber: 1,
      supplierPartNumber: 'P-1',
      description: 'bolt',
      orderedUnits: 4,
      unit: 'pack',
      stockUnitsPerUnit: 10,
    },
  ],
};

/** A broker that takes only the right passwords; `holdPubacks` keeps PUBACK back, as a gateway with a slow disk does. */
class Broker {
  readonly received: { clientId: string; topic: string; payload: string }[] = [];
  holdPubacks = false;
  readonly #aedes: Aedes;
  readonly #server: Server;

  private constructor(aedes: Aedes) {
    this.#aedes = aedes;
    this.#server = createServer(aedes.handle);
    aedes.authenticate = (_client, username, password, done) => {
      done(null, password?.toString() === `secret-${username?.slice(1)}`);
    };
    aedes.authorizePublish = (client, packet, done) => {
      if (this.holdPubacks) return;
      this.received.push({ clientId: client?.id ?? '', topic: packet.topic, payload: packet.payload.toString() });
      done(null);
    };
  }

  static async start(): Promise<Broker> {
    const broker = new Broker(await Aedes.createBroker());
    broker.#server.listen(0, '127.0.0.1');
    await once(broker.#server, 'listening');
    return broker;
  }

  get url(): string {
    const address = this.#server.address();
    return `mqtt://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  }

  /** Ends every connection, as a restart of the gateway does. */
  dropClients(): void {
    for (const client of Object.values((this.#aedes as unknown as { clients: object }).clients)) {
      (client as { close(): void }).close();
    }
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    this.#server.close();
  }
}

const WAIT = { timeout: 15_000, interval: 20 };

let folder: string;
let broker: Broker;
let buyer: FastifyInstance;
let callbacks: { path: string; token: string; body: { messageId: string } }[];
let refuseCallbacks: number;
let simulation: Simulation | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shelfwire-sim-'));
  broker = await Broker.start();
  callbacks = [];
  refuseCallbacks = 0;
  buyer = fastify({ forceCloseConnections: true });
  buyer.post('/api/v1/supplier/*', async (request, reply) => {
    const { '*': path } = request.params as { '*': string };
    callbacks.push({
      path,
      token: request.headers.authorization ?? '',
      body: request.body as { messageId: string },
    });
    refuseCallbacks -= 1;
    return reply.code(refuseCallbacks >= 0 ? 503 : 200).send({});
  });
  await buyer.listen({ host: '127.0.0.1', port: 0 });
});

afterEach(async () => {
  await simulation?.close();
  simulation = undefined;
  await buyer.close();
  await broker.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(settings: Record<string, string> = {}, fleet = FLEET): Promise<Simulation> {
  const address = buyer.server.address();
  simulation = await startSimulation({
    config: configSchema.parse({
      SHELFWIRE_SIM_FLEET: 'fleet.yaml',
      SHELFWIRE_SIM_MQTT_URL: broker.url,
      SHELFWIRE_SIM_SUPPLIER_PORT: '0',
      SHELFWIRE_SIM_CALLBACK_URL: `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`,
      SHELFWIRE_SIM_TRUTH_FILE: join(folder, 'truth.ndjson'),
      SHELFWIRE_SIM_STATE_FILE: join(folder, 'state.json'),
      ...settings,
    }),
    fleet: readFleet(fleet, 'fleet.yaml'),
    logger: createLogger('device-sim', { level: 'silent' }),
    metrics: new ServiceMetrics({ collectDefaults: false }),
  });
  return simulation;
}

async function stop(): Promise<void> {
  await simulation?.close();
  simulation = undefined;
}

type TruthLine = { type: string; what?: string; deviceId: string; messageId: number; payload?: string; pieces: number };
async function readTruth(): Promise<TruthLine[]> {
  const text = await readFile(join(folder, 'truth.ndjson'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TruthLine);
}

function postOrder(key: string | undefined, order: object = ORDER, token = 'acme-token-1'): Promise<Response> {
  return fetch(`http://127.0.0.1:${simulation?.supplierPort ?? 0}/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify(order),
  });
}

test('devices publish under their own login, and the truth holds every message and its PUBACK', async () => {
  await start();
  await vi.waitFor(() => expect(broker.received.length).toBeGreaterThan(10), WAIT);
  expect(simulation?.missing()).toEqual([]);
  await stop();
  const truth = await readTruth();
  const sent = truth.filter((line) => line.what === 'sent');
  expect(sent.map((line) => `${line.deviceId} ${line.payload}`).sort()).toEqual(
    broker.received.map((message) => `${message.clientId} ${message.payload}`).sort(),
  );
  const acknowledged = truth
    .filter((line) => line.what === 'acknowledged')
    .map((line) => `${line.deviceId}/${line.messageId}`);
  expect(acknowledged.sort()).toEqual(sent.map((line) => `${line.deviceId}/${line.messageId}`).sort());
});

test('what had no PUBACK is sent again after a reconnect, in order, and the truth says so', async () => {
  await start();
  await vi.waitFor(() => expect(broker.received.length).toBeGreaterThan(2), WAIT);
  broker.holdPubacks = true;
  const beforeCount = broker.received.length;
  // Devices go on measuring while nobody acknowledges.
  await vi.waitFor(async () => {
    const truth = await readTruth();
    expect(truth.filter((line) => line.what === 'sent').length).toBeGreaterThan(beforeCount + 4);
  }, WAIT);
  broker.holdPubacks = false;
  broker.dropClients();
  await vi.waitFor(() => expect(broker.received.length).toBeGreaterThan(beforeCount + 8), WAIT);
  await stop();
  const truth = await readTruth();
  expect(truth.some((line) => line.what === 'resent')).toBe(true);
  for (const deviceId of ['s1', 's2']) {
    const acknowledged = truth.filter((line) => line.what === 'acknowledged' && line.deviceId === deviceId);
    const ids = acknowledged.map((line) => line.messageId);
    expect(ids).toEqual(ids.map((_, index) => index + 1));
  }
});

test('a wrong password keeps a device out, and readiness says how many', async () => {
  await start({}, FLEET.replace('password: secret-2', 'password: wrong-2'));
  await vi.waitFor(() => expect(broker.received.length).toBeGreaterThan(2), WAIT);
  expect(simulation?.missing()).toEqual(['1 of 2 devices are not connected']);
});

test('an order is acknowledged, shipped and put into the bin; refused callbacks are repeated under the same id', async () => {
  await start();
  refuseCallbacks = 2;
  expect((await postOrder('key-1')).status).toBe(202);
  await vi.waitFor(async () => expect((await readTruth()).some((line) => line.type === 'refill')).toBe(true), WAIT);
  const responses = callbacks.filter((callback) => callback.path === 'order-responses');
  expect(responses).toHaveLength(3);
  expect(new Set(responses.map((callback) => callback.body.messageId)).size).toBe(1);
  expect(responses[0]?.token).toBe('Bearer acme-token-1');
  expect(callbacks.filter((callback) => callback.path === 'despatch-advices')).toHaveLength(1);
  const refills = (await readTruth()).filter((line) => line.type === 'refill');
  expect(refills).toMatchObject([{ binId: 'bolts', pieces: 40 }]);
});

test('orders are counted once however often they come, and bad ones are refused with the reason', async () => {
  await start({ SHELFWIRE_SIM_DEVICES: 'false' });
  const first = await postOrder('key-1');
  const again = await postOrder('key-1');
  expect(await again.json()).toEqual(await first.json());
  const codeOf = async (answer: Promise<Response>): Promise<string> => {
    const response = await answer;
    const { code } = (await response.json()) as { code: string };
    return `${response.status} ${code}`;
  };
  expect(await codeOf(postOrder(undefined))).toBe('400 IDEMPOTENCY_KEY_MISSING');
  expect(await codeOf(postOrder('key-1', { ...ORDER, deliverTo: 'x' }))).toBe('422 IDEMPOTENCY_KEY_REUSED');
  expect(await codeOf(postOrder('key-2', { ...ORDER, lines: [] }))).toBe('422 ORDER_INVALID');
  expect(await codeOf(postOrder('key-2', ORDER, 'wrong'))).toBe('401 SUPPLIER_TOKEN_WRONG');
  const list = await fetch(`http://127.0.0.1:${simulation?.supplierPort ?? 0}/orders`);
  expect(await list.json()).toMatchObject({ counts: { distinct: 1, repeats: 1, requests: 6 } });
});

test('told to fail it forgets the order, told to break it keeps it: both can be asked again', async () => {
  await start({ SHELFWIRE_SIM_DEVICES: 'false' });
  const control = await fetch(`http://127.0.0.1:${simulation?.supplierPort ?? 0}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ behaviour: { failNext: 1, breakAfterTakingNext: 1 } }),
  });
  expect(control.status).toBe(200);
  expect((await postOrder('key-1')).status).toBe(503);
  await expect(postOrder('key-1')).rejects.toThrow('fetch failed');
  expect((await postOrder('key-1')).status).toBe(202);
  const list = await fetch(`http://127.0.0.1:${simulation?.supplierPort ?? 0}/orders`);
  expect(await list.json()).toMatchObject({ counts: { distinct: 1, repeats: 1, refused: 1 } });
});

test('over a restart the world and the supplier go on where they were', async () => {
  const quiet = FLEET.replace('transitMs: 20', 'transitMs: 600000');
  await start({}, quiet);
  await postOrder('key-1');
  await vi.waitFor(() => expect(callbacks.length).toBe(2), WAIT);
  await stop();
  const before = await readTruth();
  const taken = before.filter((line) => line.type === 'take').reduce((sum, line) => sum + line.pieces, 0);
  await start({}, quiet);
  await vi.waitFor(async () => {
    const starts = (await readTruth()).filter((line) => line.type === 'start');
    expect(starts).toMatchObject([{ bins: [{ pieces: 10 }] }, { bins: [{ pieces: 10 - taken }] }]);
  }, WAIT);
  expect((await postOrder('key-1')).status).toBe(202);
  const list = await fetch(`http://127.0.0.1:${simulation?.supplierPort ?? 0}/orders`);
  expect(await list.json()).toMatchObject({ items: [{ stage: 'shipped' }], counts: { distinct: 1, repeats: 1 } });
  expect(callbacks).toHaveLength(2);
});
