import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  confirmationSchema,
  orderEventSchema,
  purchaseOrderMessageSchema,
  stockEventSchema,
  type PurchaseOrderMessage,
  type Reading,
  type ReadingBatch,
} from '@shelfwire/contract';
import { orderDetailSchema, orderSummarySchema, stockItemSchema } from '@shelfwire/contract/api';
import { createLogger } from '@shelfwire/contract/service';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { configSchema } from './config.ts';
import { startReorderService, type ReorderService } from './reorder-service.ts';
import { startTestBroker, type TestBroker } from './test-broker.ts';

const CATALOGUE = (endpoint: string): string => `
tenants:
  - { tenantId: demo, name: Demo, sites: [{ siteId: plant-1, name: Plant, locations: [{ locationId: hall, name: Hall }] }] }
suppliers: [{ tenantId: demo, supplierId: bolts, name: Bolts Ltd, endpoint: '${endpoint}', apiToken: supplier-token }]
items: [{ tenantId: demo, itemId: m8, sku: M8, name: M8 bolts, pieceGrams: 10 }]
supplierItems: [{ tenantId: demo, supplierId: bolts, itemId: m8, partNumber: B-8, orderUnit: pack, packQuantity: 10 }]
bins:
  - { tenantId: demo, siteId: plant-1, binId: A-01, name: A 1, locationId: hall, itemId: m8, capacity: 100, sensor: { deviceId: scale-01, kind: weight } }
policies: [{ tenantId: demo, siteId: plant-1, binId: A-01, type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0 }]
`;

const waitFor = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 15_000, interval: 20 });

let broker: TestBroker;
let supplier: Server;
let service: ReorderService;
let folder: string;
let device: MqttClient;
const received: { key: string | undefined; message: PurchaseOrderMessage }[] = [];
const messages: { topic: string; body: unknown }[] = [];
const outboxId = randomUUID();
let sequence = 1;

async function publish(...readings: Reading[]): Promise<void> {
  const batch: ReadingBatch = {
    schema: 'readings/1',
    gatewayId: 'gw-1',
    outboxId,
    firstSequence: sequence,
    sentAtMs: Date.now(),
    readings,
  };
  sequence += readings.length;
  await device.publishAsync('shelfwire/v1/demo/plant-1/readings', JSON.stringify(batch), { qos: 1 });
}

const weight = (netGrams: number): Reading => ({
  kind: 'weight',
  deviceId: 'scale-01',
  receivedAtMs: Date.now(),
  clockQuality: 'gateway',
  quality: 'good',
  netGrams,
  stable: true,
});

beforeAll(async () => {
  broker = await startTestBroker();
  supplier = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const message = purchaseOrderMessageSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
      received.push({ key: request.headers['idempotency-key']?.toString(), message });
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => {
    supplier.listen(0, '127.0.0.1', resolve);
  });
  folder = await mkdtemp(join(tmpdir(), 'shelfwire-reorder-'));
  await writeFile(
    join(folder, 'catalogue.yaml'),
    CATALOGUE(`http://127.0.0.1:${(supplier.address() as AddressInfo).port}`),
  );
  service = await start();
  device = await connectAsync(broker.url);
  device.on('message', (topic, payload) => messages.push({ topic, body: JSON.parse(payload.toString()) }));
  await device.subscribeAsync('shelfwire/v1/demo/plant-1/#', { qos: 1 });
});

function start(): Promise<ReorderService> {
  const config = configSchema.parse({
    SHELFWIRE_CENTRAL_MQTT_URL: broker.url,
    SHELFWIRE_DATABASE_URL: `pglite:${join(folder, 'database')}`,
    SHELFWIRE_SEED_FILE: join(folder, 'catalogue.yaml'),
    SHELFWIRE_JWT_SECRET: 'a secret of at least thirty-two characters',
    SHELFWIRE_ADMIN_EMAIL: 'admin@demo.local',
    SHELFWIRE_ADMIN_PASSWORD: 'correct horse',
    SHELFWIRE_OUTBOUND_NETWORKS: '127.0.0.0/8',
    SHELFWIRE_HTTP_PORT: '0',
  });
  return startReorderService(config, createLogger('reorder-service', { level: process.env['TEST_LOG'] ?? 'silent' }));
}

afterAll(async () => {
  await service.close();
  await device.endAsync();
  await broker.close();
  supplier.close();
  await rm(folder, { recursive: true, force: true });
});

let accessToken: string | undefined;

async function signIn(): Promise<string> {
  const login = await fetch(`${service.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'admin@demo.local', password: 'correct horse' }),
  });
  return ((await login.json()) as { accessToken: string }).accessToken;
}

async function api(path: string): Promise<unknown> {
  accessToken ??= await signIn();
  return (await fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${accessToken}` } })).json();
}

const items = async (path: string): Promise<unknown[]> => ((await api(path)) as { items: unknown[] }).items;

test('from a shelf that runs low to a delivery seen by the scale', async () => {
  await publish(weight(500));
  await waitFor(async () => {
    const [item] = (await items('/api/v1/stock')).map((each) => stockItemSchema.parse(each));
    expect(item).toMatchObject({ binId: 'A-01', onHand: 50, status: 'OK', openOrderId: null });
  });
  await publish(weight(180));
  await waitFor(() => expect(received).toHaveLength(1));
  // A response may overtake the supplier's 202, and would be the first thing in the history then.
  await waitFor(async () => expect(await items('/api/v1/orders')).toMatchObject([{ status: 'SENT' }]));
  const [sent] = received;
  if (!sent) throw new Error('no order');
  expect(sent.key).toBe(sent.message.orderId);
  expect(sent.message.lines).toEqual([
    {
      lineNumber: 1,
      supplierPartNumber: 'B-8',
      description: 'M8 bolts',
      orderedUnits: 5,
      unit: 'pack',
      stockUnitsPerUnit: 10,
    },
  ]);

  const answer = await fetch(`${service.url}/api/v1/supplier/order-responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer supplier-token' },
    body: JSON.stringify({
      schema: 'order-response/1',
      messageId: randomUUID(),
      orderId: sent.message.orderId,
      supplierOrderNumber: 'S-77',
      atMs: Date.now(),
      lines: [{ lineNumber: 1, code: 'IA', confirmedUnits: 5 }],
    }),
  });
  expect(await answer.json()).toEqual({ orderId: sent.message.orderId, status: 'ACKNOWLEDGED' });

  await publish(weight(680));
  await waitFor(async () => {
    const [order] = (await items('/api/v1/orders')).map((each) => orderSummarySchema.parse(each));
    expect(order).toMatchObject({ status: 'CLOSED', supplierOrderNumber: 'S-77' });
  });
  const detail = orderDetailSchema.parse(await api(`/api/v1/orders/${sent.message.orderId}`));
  expect(detail.history.map((entry) => entry.event)).toEqual([
    'OrderRecommended',
    'OrderApproved',
    'OrderSent',
    'OrderAcknowledged',
    'GoodsReceived',
    'OrderClosed',
  ]);
  expect(detail.sentence).toMatch(/^Ordered 5 packs = 50 pcs of M8 bolts for bin A 1 because 18 pcs on hand/);
  expect(detail.proof.readings[0]).toMatchObject({ change: -32, evidence: { reading: { netGrams: 180 } } });
  const movements = (await items('/api/v1/stock/A-01/movements')) as { kind: string; change: number }[];
  expect(movements.map(({ kind, change }) => [kind, change])).toEqual([
    ['RECEIPT', 50],
    ['CONSUMPTION', -32],
    ['ADJUSTMENT', 50],
  ]);
  expect(received).toHaveLength(1);
});

test('confirms what it has committed, and tells stock and order events', async () => {
  await waitFor(() => {
    const confirmed = messages
      .filter(({ topic }) => topic.endsWith('/confirmations/reorder'))
      .flatMap(({ body }) => confirmationSchema.parse(body).ranges);
    expect(confirmed).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    const stock = messages
      .filter(({ topic }) => topic.endsWith('/stock'))
      .map(({ body }) => stockEventSchema.parse(body));
    expect(stock.map((event) => [event.sequence, event.onHand, event.onOrder, event.movement])).toEqual([
      [1, 50, 0, 'ADJUSTMENT'],
      [2, 18, 0, 'CONSUMPTION'],
      [3, 68, 0, 'RECEIPT'],
    ]);
    const orders = messages
      .filter(({ topic }) => topic.endsWith('/orders'))
      .map(({ body }) => orderEventSchema.parse(body));
    expect(orders.map((event) => event.status)).toEqual([
      'DRAFT',
      'APPROVED',
      'SENT',
      'ACKNOWLEDGED',
      'RECEIVED',
      'CLOSED',
    ]);
  });
});

test('confirms repeats, readings of unknown devices and malformed ones, and parks what it cannot use', async () => {
  sequence = 3;
  await publish(weight(680), { ...weight(5), deviceId: 'stranger' }, { kind: 'nonsense' } as unknown as Reading);
  await waitFor(() => {
    const ranges = messages
      .filter(({ topic }) => topic.endsWith('/confirmations/reorder'))
      .flatMap(({ body }) => confirmationSchema.parse(body).ranges);
    expect(ranges.at(-1)).toEqual([3, 5]);
  });
});

test('continues after a restart where it stopped', async () => {
  await service.close();
  service = await start();
  await publish(weight(670));
  await waitFor(async () => {
    const [item] = (await items('/api/v1/stock')).map((each) => stockItemSchema.parse(each));
    expect(item).toMatchObject({ onHand: 67 });
  });
  expect(received).toHaveLength(1);
});
