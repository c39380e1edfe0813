import { InfluxServer, MosquittoServer, needs } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { TestGateway } from './testing/test-gateway.ts';
import { TestService } from './testing/test-service.ts';

const WAIT = { timeout: 20_000, interval: 20 };
const BATCHES = 200;

describe.runIf(needs('influxdb', 'mosquitto'))('with more readings waiting than it can take at once', () => {
  let database: InfluxServer;
  let broker: MosquittoServer;
  beforeAll(async () => {
    [database, broker] = await Promise.all([InfluxServer.start(), MosquittoServer.start()]);
    await database.createDatabase('shelfwire');
  });
  afterAll(() => Promise.all([database.close(), broker.close()]));

  test.each(['there', 'away'])(
    'it stops soon with the database %s, and the next start takes the rest',
    async (state) => {
      const env = {
        SHELFWIRE_CENTRAL_MQTT_URL: broker.url,
        SHELFWIRE_TELEMETRY_STORE: 'influxdb',
        SHELFWIRE_INFLUXDB_URL: database.url,
        SHELFWIRE_INSTANCE_ID: state,
      };
      const service = await TestService.start(env);
      const gateway = await TestGateway.connect(broker.url, { tenantId: state, siteId: 's' });
      await vi.waitFor(async () => expect(await service.ready()).toBe(true), WAIT);
      if (state === 'away') await database.stop('SIGKILL');
      const sending = Promise.all(
        Array.from({ length: BATCHES }, (_, batch) => gateway.sendWeights(batch * 100 + 1, 100)),
      );
      if (state === 'there') await vi.waitFor(() => expect(gateway.confirmed.size).toBeGreaterThan(0), WAIT);
      await sending;
      const startedAtMs = Date.now();
      await service.stop();
      expect(Date.now() - startedAtMs).toBeLessThan(8_000);
      if (state === 'away') await database.restart();
      await service.start();
      await vi.waitFor(() => expect(gateway.confirmed.size).toBe(BATCHES * 100), WAIT);
      await gateway.close();
      await service.close();
    },
  );
});
