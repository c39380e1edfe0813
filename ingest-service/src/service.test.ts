import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { telemetrySeriesSchema } from '@shelfwire/contract/api';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';

import { AedesServer } from './testing/test-broker.ts';
import { TEST_START_MS, TestGateway, weightReading } from './testing/test-gateway.ts';
import { TestService } from './testing/test-service.ts';

const WAIT = { timeout: 15_000, interval: 20 };
const admin = (tenantId: string) => ({ role: 'admin', tenantId });

const brokers = [
  { name: 'Aedes', installed: true, start: () => AedesServer.start() },
  { name: 'Mosquitto', installed: needs('mosquitto'), start: () => MosquittoServer.start() },
];

describe.each(brokers.filter(({ installed }) => installed))('with $name', ({ start }) => {
  let broker: AedesServer | MosquittoServer;
  let service: TestService;
  const gateways: TestGateway[] = [];

  beforeAll(async () => {
    broker = await start();
    service = await TestService.start({ SHELFWIRE_CENTRAL_MQTT_URL: broker.url });
    await vi.waitFor(async () => expect(await service.ready()).toBe(true), WAIT);
  });
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.close()));
    await service.close();
    await broker.close();
  });

  async function gatewayOf(tenantId: string): Promise<TestGateway> {
    const gateway = await TestGateway.connect(broker.url, { tenantId, siteId: 'site-1' });
    gateways.push(gateway);
    return gateway;
  }

  async function netGrams(tenantId: string, query = ''): Promise<(number | null)[]> {
    const range = `fromMs=${TEST_START_MS}&toMs=${TEST_START_MS + 3_600_000}`;
    const path = `/api/v1/telemetry/series?siteId=site-1&deviceId=scale-1&field=netGrams&${range}${query}`;
    const response = await service.get(path, { role: 'viewer', tenantId });
    expect(response.status).toBe(200);
    return telemetrySeriesSchema.parse(await response.json()).points.map(([, value]) => value);
  }

  async function quarantined(tenantId: string) {
    const response = await service.get('/api/v1/quarantine', admin(tenantId));
    const entry = z.object({ id: z.string(), reason: z.string(), detail: z.string() });
    return z.object({ items: z.array(entry) }).parse(await response.json()).items;
  }

  test('readings are confirmed, and are in the history by then', async () => {
    const gateway = await gatewayOf('plain');
    await gateway.sendWeights(1, 200);
    await vi.waitFor(() => expect(gateway.confirmed.size).toBe(200), WAIT);
    expect(await netGrams('plain')).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  test('a batch that comes again is confirmed again and stored once', async () => {
    const gateway = await gatewayOf('again');
    await gateway.sendWeights(1, 50);
    await gateway.sendWeights(26, 50);
    await vi.waitFor(() => expect(gateway.confirmed.size).toBe(75), WAIT);
    gateway.confirmed.clear();
    await gateway.sendWeights(1, 75);
    await vi.waitFor(() => expect(gateway.confirmed.size).toBe(75), WAIT);
    expect(await netGrams('again')).toHaveLength(75);
  });

  test('a bad reading is quarantined alone, its neighbours are stored, all are confirmed', async () => {
    const gateway = await gatewayOf('bad-one');
    await gateway.send(1, [weightReading(1), { ...weightReading(2), netGrams: 'heavy' }, weightReading(3)]);
    await vi.waitFor(() => expect([...gateway.confirmed]).toEqual([1, 2, 3]), WAIT);
    expect(await netGrams('bad-one')).toEqual([1, 3]);
    const [entry, ...others] = await quarantined('bad-one');
    expect(entry).toMatchObject({ reason: 'bad-reading', detail: expect.stringContaining('netGrams') });
    expect(others).toEqual([]);
  });

  test('what no one can read is quarantined, and does not stop what follows', async () => {
    const gateway = await gatewayOf('poison');
    await gateway.publish('readings', Buffer.from('{"schema":"readings/1","gate'));
    await gateway.publish('readings', Buffer.from([0xff, 0x00, 0x80]));
    await gateway.publish('readings', { schema: 'readings/2', gatewayId: 'gw-1' });
    await gateway.sendWeights(1, 5);
    await vi.waitFor(() => expect(gateway.confirmed.size).toBe(5), WAIT);
    const reasons = (await quarantined('poison')).map(({ reason }) => reason);
    expect(reasons).toEqual(['not-json', 'not-json', 'bad-envelope']);
  });

  test('quarantined entries belong to their tenant and to administrators', async () => {
    const gateway = await gatewayOf('private');
    await gateway.send(1, [{ kind: 'weight' }]);
    await vi.waitFor(() => expect(gateway.confirmed.size).toBe(1), WAIT);
    const [entry] = await quarantined('private');
    const path = `/api/v1/quarantine/${entry?.id ?? ''}`;
    expect((await service.get(path)).status).toBe(401);
    expect((await service.get(path, { role: 'operator', tenantId: 'private' })).status).toBe(403);
    expect((await service.get(path, admin('another'))).status).toBe(404);
    expect((await service.request('POST', `${path}/replay`, admin('private'))).status).toBe(422);
    expect((await service.request('DELETE', path, admin('private'))).status).toBe(204);
    expect(await quarantined('private')).toEqual([]);
  });

  test('sensors of a site are listed with their last reading', async () => {
    const gateway = await gatewayOf('listed');
    await gateway.sendWeights(1, 10);
    await vi.waitFor(() => expect(gateway.confirmed.size).toBe(10), WAIT);
    const response = await service.get('/api/v1/telemetry/sensors?siteId=site-1', admin('listed'));
    expect(await response.json()).toEqual({
      items: [{ deviceId: 'scale-1', sensorId: null, kind: 'weight', lastAtMs: TEST_START_MS + 100 }],
      nextCursor: null,
    });
  });

  test('buckets without readings are gaps', async () => {
    const gateway = await gatewayOf('gaps');
    await gateway.sendWeights(1, 10);
    await gateway.sendWeights(301, 10);
    await vi.waitFor(() => expect(gateway.confirmed.size).toBe(20), WAIT);
    const values = await netGrams('gaps', '&stepMs=1000&aggregate=count');
    expect(values).toHaveLength(3_600);
    expect(values.slice(0, 5)).toEqual([10, null, null, 10, null]);
  });

  test('a range is exported as a file, and no copy of it stays', async () => {
    const gateway = await gatewayOf('exported');
    await gateway.sendWeights(1, 10);
    await vi.waitFor(() => expect(gateway.confirmed.size).toBe(10), WAIT);
    const path = `/api/v1/telemetry/export?siteId=site-1&fromMs=${TEST_START_MS}&toMs=${TEST_START_MS + 60_000}`;
    expect((await service.get(path, { role: 'viewer', tenantId: 'exported' })).status).toBe(403);
    const response = await service.get(path, admin('exported'));
    expect((await response.text()).trim().split('\n')).toHaveLength(11);
    const parquet = await service.get(`${path}&format=parquet`, admin('exported'));
    expect(
      Buffer.from(await parquet.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('PAR1');
    await vi.waitFor(async () => expect(await readdir(join(service.folder, 'exports'))).toEqual([]), WAIT);
  });

  test('a wrong query is refused with everything that is wrong with it', async () => {
    const response = await service.get('/api/v1/telemetry/series?siteId=s&fromMs=1&toMs=2', admin('t'));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'REQUEST_INVALID',
      detail: expect.stringMatching(/deviceId.*field/),
    });
  });

  test('after a restart it goes on, and what it stored is there', async () => {
    const gateway = await gatewayOf('restart');
    await gateway.sendWeights(1, 20);
    await vi.waitFor(() => expect(gateway.confirmed.size).toBe(20), WAIT);
    await service.stop();
    const sent = gateway.sendWeights(21, 20);
    await service.start();
    await sent;
    await vi.waitFor(() => expect(gateway.confirmed.size).toBe(40), WAIT);
    expect(await netGrams('restart')).toHaveLength(40);
  });
});
