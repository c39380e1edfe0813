import { TELEMETRY_ROUTES, type RouteDefinition } from '@shelfwire/contract/api';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { AedesServer } from '../testing/test-broker.ts';
import { TEST_START_MS, TestGateway, weightReading } from '../testing/test-gateway.ts';
import { TestService } from '../testing/test-service.ts';

const WAIT = { timeout: 20_000, interval: 50 };
const RANGE = `fromMs=${TEST_START_MS}&toMs=${TEST_START_MS + 3_600_000}`;
const ADMIN = { role: 'admin', tenantId: 'demo' };

/** An example of each question that the contract knows. */
const QUERIES: Readonly<Record<keyof typeof TELEMETRY_ROUTES, string>> = {
  getTelemetrySeries: `?siteId=site-1&deviceId=scale-1&field=netGrams&stepMs=60000&${RANGE}`,
  getTelemetrySeriesSet: `?siteId=site-1&series=scale-1/netGrams&series=scale-2/netGrams&${RANGE}`,
  listTelemetrySensors: '?siteId=site-1',
  exportTelemetry: `?siteId=site-1&${RANGE}`,
  listQuarantine: '?limit=1',
  getQuarantineEntry: '',
  replayQuarantineEntry: '',
  discardQuarantineEntry: '',
};
const ROUTES = Object.entries(TELEMETRY_ROUTES) as [keyof typeof TELEMETRY_ROUTES, RouteDefinition][];

describe('the routes of the contract that this service answers', () => {
  let broker: AedesServer;
  let service: TestService;
  let gateway: TestGateway;
  beforeAll(async () => {
    broker = await AedesServer.start();
    service = await TestService.start({ SHELFWIRE_CENTRAL_MQTT_URL: broker.url });
    gateway = await TestGateway.connect(broker.url, { tenantId: 'demo', siteId: 'site-1' });
    await vi.waitFor(async () => expect(await service.ready()).toBe(true), WAIT);
    const broken = { ...weightReading(2), netGrams: 'heavy' };
    await gateway.send(1, [weightReading(1), broken, { ...broken, receivedAtMs: 1 }]);
    await vi.waitFor(() => expect(gateway.confirmed.size).toBe(3), WAIT);
  });
  afterAll(async () => {
    await gateway.close();
    await service.close();
    await broker.close();
  });

  test.each(ROUTES)('%s refuses who is not signed in, and who may not', async (name, { method, path }) => {
    const url = `${path.replace(':id', '1')}${QUERIES[name]}`;
    expect((await service.request(method, url)).status).toBe(401);
    expect((await service.request(method, url, { role: 'supplier', tenantId: 'demo' })).status).toBe(403);
  });

  test.each(ROUTES)('%s answers in the form that the contract says', async (name, route) => {
    const id = name === 'discardQuarantineEntry' ? '2' : '1';
    const answer = await service.request(route.method, `${route.path.replace(':id', id)}${QUERIES[name]}`, ADMIN);
    const text = await answer.text();
    if (name === 'replayQuarantineEntry') {
      expect([answer.status, text]).toEqual([422, expect.stringContaining('QUARANTINE_STILL_INVALID')]);
      return;
    }
    expect([answer.status, text]).toEqual([route.responseStatus ?? 200, expect.any(String)]);
    if (answer.status === 204) return;
    expect(answer.headers.get('content-type')).toMatch((route.responseTypes ?? ['application/json'])[0] ?? '');
    const body: unknown = route.responseTypes ? text : JSON.parse(text);
    expect(route.response.parse(body)).toEqual(body);
  });

  test.each(ROUTES.filter(([, { query }]) => query))('%s says what is wrong with a question', async (_, route) => {
    const answer = await service.request(route.method, `${route.path}?limit=nothing&fromMs=x&siteId=%20`, ADMIN);
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code: 'REQUEST_INVALID' })]);
  });
});
