import { randomUUID } from 'node:crypto';

import type { GatewayStatus, OrderEvent, StockEvent } from '@shelfwire/contract';
import { InfluxServer, MosquittoServer, needs } from '@shelfwire/test-servers';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { TEST_START_MS, TestGateway } from './testing/test-gateway.ts';
import { IngestProcess } from './testing/ingest-process.ts';
import { JWT_SECRET, TestService } from './testing/test-service.ts';

const WAIT = { timeout: 25_000, interval: 50 };

describe.runIf(needs('influxdb', 'mosquitto'))('with InfluxDB and Mosquitto', () => {
  let database: InfluxServer;
  let broker: MosquittoServer;
  let env: Record<string, string>;
  beforeAll(async () => {
    [database, broker] = await Promise.all([InfluxServer.start(), MosquittoServer.start()]);
    await database.createDatabase('shelfwire');
    env = {
      SHELFWIRE_CENTRAL_MQTT_URL: broker.url,
      SHELFWIRE_TELEMETRY_STORE: 'influxdb',
      SHELFWIRE_INFLUXDB_URL: database.url,
      SHELFWIRE_STORE_HOLD_MS: '300',
      SHELFWIRE_JWT_SECRET: JWT_SECRET,
    };
  });
  afterAll(() => Promise.all([database.close(), broker.close()]));

  async function rows(select: string): Promise<(string | number | null)[][]> {
    const answer = await database.query(select, 'shelfwire');
    return answer.results?.[0]?.series?.[0]?.values ?? [];
  }

  const stock: StockEvent = {
    schema: 'stock/1',
    eventId: randomUUID(),
    binId: 'bin-1',
    itemId: 'item-1',
    sequence: 1,
    atMs: TEST_START_MS,
    movement: 'CONSUMPTION',
    change: -2,
    onHand: 7,
    uncertainty: 0.5,
    onOrder: 40,
    inventoryPosition: 47,
    status: 'OK',
  };
  const line = { itemId: 'item-1', orderedQuantity: 40, confirmedQuantity: 0, shippedQuantity: 0, receivedQuantity: 0 };
  const order: OrderEvent = {
    schema: 'order/1',
    eventId: randomUUID(),
    orderId: randomUUID(),
    orderNumber: 'PO-1',
    supplierId: 'supplier-1',
    atMs: TEST_START_MS,
    status: 'SENT',
    lines: [
      { ...line, binId: 'bin-1' },
      { ...line, binId: 'bin-2' },
    ],
    sentence: 'Order 4 packs = 40 pcs, because 7 are left.',
  };

  test('stock and order events wait at the broker while the database is away, and are stored once', async () => {
    const service = await TestService.start({ ...env, SHELFWIRE_INSTANCE_ID: 'events' });
    await vi.waitFor(async () => expect(await service.ready()).toBe(true), WAIT);
    await database.stop();
    const gateway = await TestGateway.connect(broker.url, { tenantId: 'events', siteId: 'site-1' });
    await gateway.publish('stock', stock);
    await gateway.publish('orders', order);
    await gateway.publish('stock', { ...stock, sequence: 2, onHand: 'many' });
    // Its connection is given up and made again while nothing can be stored.
    await vi.waitFor(async () => {
      const metrics = await (await service.get('/metrics')).text();
      expect(metrics).toMatch(/batches_total\{outcome="unconfirmed"\} [2-9]/);
    }, WAIT);
    await database.restart();
    await vi.waitFor(async () => expect(await rows('SELECT "orderedQuantity" FROM "order"')).toHaveLength(2), WAIT);
    expect(await rows('SELECT "onHand", "movement", "status" FROM "stock"')).toEqual([
      [TEST_START_MS, 7, 'CONSUMPTION', 'OK'],
    ]);
    await vi.waitFor(async () => {
      const quarantine = await service.get('/api/v1/quarantine', { role: 'admin', tenantId: 'events' });
      expect(await quarantine.json()).toMatchObject({ items: [{ reason: 'bad-event' }] });
    }, WAIT);
    await gateway.close();
    await service.close();
  });

  test('the status of a gateway is stored; offline counts from when it was heard, not from the last will’s time', async () => {
    const service = await TestService.start({ ...env, SHELFWIRE_INSTANCE_ID: 'status' });
    await vi.waitFor(async () => expect(await service.ready()).toBe(true), WAIT);
    const client = await connectAsync(broker.url);
    const status: GatewayStatus = {
      schema: 'gateway-status/1',
      gatewayId: 'gw-1',
      online: true,
      atMs: TEST_START_MS,
      queuedReadings: 5,
    };
    const topic = 'shelfwire/v1/status/site-1/gateways/gw-1/status';
    await client.publishAsync(topic, JSON.stringify(status), { qos: 1, retain: true });
    const lastWill = JSON.stringify({ ...status, online: false });
    // Heard twice, as at each new connection to a broker that retains it: one point.
    await client.publishAsync(topic, lastWill, { qos: 1, retain: true });
    await client.publishAsync(topic, lastWill, { qos: 1, retain: true });
    await vi.waitFor(async () => {
      const metrics = await (await service.get('/metrics')).text();
      expect(metrics).toContain('shelfwire_ingest_events_stored_total{channel="status"} 3');
    }, WAIT);
    await vi.waitFor(async () => {
      const stored = await rows('SELECT "online" FROM "gateway"');
      expect(stored.map(([, online]) => online)).toEqual([true, false]);
      expect(Number(stored[1]?.[0])).toBeGreaterThan(Date.now() - 60_000);
    }, WAIT);
    await client.endAsync();
    await service.close();
  });

  test('two replicas share the readings; when one is killed, nothing is lost and nothing double', async () => {
    const shared = { ...env, SHELFWIRE_CENTRAL_SHARED_SUBSCRIPTIONS: '2' };
    const staying = await TestService.start({ ...shared, SHELFWIRE_INSTANCE_ID: 'staying' });
    const dying = new IngestProcess({ ...shared, SHELFWIRE_INSTANCE_ID: 'dying', SHELFWIRE_DATA_DIR: staying.folder });
    const dyingUrl = await dying.url;
    await vi.waitFor(async () => {
      expect(await staying.ready()).toBe(true);
      expect((await fetch(`${dyingUrl}/readyz`)).status).toBe(200);
    }, WAIT);
    const gateway = await TestGateway.connect(broker.url, { tenantId: 'replicas', siteId: 'site-1' });
    const batches = Array.from({ length: 60 }, (_, index) => index * 20 + 1);
    const unconfirmed = () => batches.filter((first) => !gateway.confirmed.has(first));
    await Promise.all(batches.slice(0, 30).map((first) => gateway.sendWeights(first, 20)));
    await vi.waitFor(() => expect(unconfirmed().length).toBe(30), WAIT);
    const byStaying = /readings_stored_total (\d+)/.exec(await (await staying.get('/metrics')).text())?.[1];
    const byDying = /readings_stored_total (\d+)/.exec(await (await fetch(`${dyingUrl}/metrics`)).text())?.[1];
    expect([Number(byStaying) > 0, Number(byDying) > 0, Number(byStaying) + Number(byDying)]).toEqual([
      true,
      true,
      600,
    ]);

    const sending = Promise.all(batches.slice(30).map((first) => gateway.sendWeights(first, 20)));
    await dying.end('SIGKILL');
    await sending;
    await vi.waitFor(
      async () => {
        await Promise.all(unconfirmed().map((first) => gateway.sendWeights(first, 20)));
        expect(unconfirmed()).toEqual([]);
      },
      { ...WAIT, interval: 500 },
    );
    expect(await rows(`SELECT count("sequence") FROM "reading" WHERE "tenantId" = 'replicas'`)).toMatchObject([
      [0, 1_200],
    ]);
    await gateway.close();
    await staying.close();
  });
});
