import { InfluxServer, MosquittoServer, needs } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { TestGateway } from './testing/test-gateway.ts';
import { TestService } from './testing/test-service.ts';

const WAIT = { timeout: 25_000, interval: 50 };
const BATCHES = 40;
const READINGS_PER_BATCH = 50;

describe.runIf(needs('influxdb', 'mosquitto'))('with the database going away', () => {
  let database: InfluxServer;
  let broker: MosquittoServer;
  let service: TestService;
  let gateway: TestGateway;
  beforeAll(async () => {
    [database, broker] = await Promise.all([InfluxServer.start(), MosquittoServer.start()]);
    await database.createDatabase('shelfwire');
    service = await TestService.start({
      SHELFWIRE_CENTRAL_MQTT_URL: broker.url,
      SHELFWIRE_TELEMETRY_STORE: 'influxdb',
      SHELFWIRE_INFLUXDB_URL: database.url,
      SHELFWIRE_STORE_HOLD_MS: '300',
    });
    gateway = await TestGateway.connect(broker.url, { tenantId: 'demo', siteId: 'site-1' });
    await vi.waitFor(async () => expect(await service.ready()).toBe(true), WAIT);
  });
  afterAll(async () => {
    await gateway.close();
    await service.close();
    await Promise.all([database.close(), broker.close()]);
  });

  async function storedCount(): Promise<unknown> {
    const answer = await database.query('SELECT count("sequence") FROM "reading"', 'shelfwire');
    return answer.results?.[0]?.series?.[0]?.values[0]?.[1];
  }

  async function letGoCount(): Promise<number> {
    const metrics = await (await service.get('/metrics')).text();
    return Number(/shelfwire_ingest_batches_total\{outcome="unconfirmed"\} (\d+)/.exec(metrics)?.[1] ?? 0);
  }

  test('killed and started again during load: nothing is lost, nothing is double', async () => {
    const firstOf = (batch: number): number => batch * READINGS_PER_BATCH + 1;
    const batches = Array.from({ length: BATCHES }, (_, batch) => batch);
    const unconfirmed = () => batches.filter((batch) => !gateway.confirmed.has(firstOf(batch)));
    let outages = 0;
    // As a gateway: what is not confirmed is sent again, until all is.
    await vi.waitFor(async () => {
      const [next = 0] = unconfirmed();
      if (outages < 3 && next >= outages * 10 + 5) {
        outages++;
        await database.stop('SIGKILL');
        expect((await service.get('/readyz')).status).toBe(503);
        await gateway.sendWeights(firstOf(next), READINGS_PER_BATCH);
        await database.restart();
      }
      await Promise.all(
        unconfirmed()
          .slice(0, 4)
          .map((batch) => gateway.sendWeights(firstOf(batch), READINGS_PER_BATCH)),
      );
      expect(unconfirmed()).toEqual([]);
    }, WAIT);
    expect(outages).toBe(3);
    expect(await storedCount()).toBe(BATCHES * READINGS_PER_BATCH);
  });

  test('while it is away nothing is confirmed, and the service answers', async () => {
    await database.stop();
    const first = BATCHES * READINGS_PER_BATCH + 1;
    const letGoBefore = await letGoCount();
    await gateway.sendWeights(first, 10);
    // Repeats of what was sent before may be let go as well.
    await vi.waitFor(async () => expect(await letGoCount()).toBeGreaterThan(letGoBefore), WAIT);
    expect(gateway.confirmed.has(first)).toBe(false);
    expect((await service.get('/healthz')).status).toBe(200);
    expect(await (await service.get('/readyz')).json()).toMatchObject({ ready: false });
    await database.restart();
    await gateway.sendWeights(first, 10);
    await vi.waitFor(() => expect(gateway.confirmed.has(first)).toBe(true), WAIT);
  });
});
