import { InfluxServer, needs, VictoriaMetricsServer } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe } from 'vitest';

import { describeHistory } from '../../history/history.conformance.ts';
import { describeTelemetryStore } from '../telemetry-store.conformance.ts';
import { InfluxStore, type InfluxStoreOptions } from './influxdb-store.ts';

const SETTINGS = {
  token: 'any',
  org: 'any',
  bucket: 'telemetry',
  tenantBuckets: 'shared',
  instance: 'ingest',
  requestTimeoutMs: 5_000,
} as const;
const opener = (options: InfluxStoreOptions) => () => Promise.resolve(new InfluxStore(options));

describe.runIf(needs('influxdb'))('against the real engine', () => {
  let server: InfluxServer;
  beforeAll(async () => {
    server = await InfluxServer.start();
  });
  afterAll(() => server.close());

  describeTelemetryStore('InfluxDB', async () => {
    await server.createDatabase('telemetry');
    return {
      open: opener({ ...SETTINGS, url: server.url, readBy: 'influxql' }),
      cleanUp: () => Promise.resolve(),
    };
  });

  describe('the history from InfluxDB', () => {
    describeHistory('InfluxDB', async () => {
      await server.createDatabase('history');
      let opened = 0;
      return {
        // A restart is also another replica, which finds hours that the first one left waiting.
        open: () => {
          const instance = opened++ % 2 === 0 ? 'ingest-a' : 'ingest-b';
          return opener({ ...SETTINGS, url: server.url, readBy: 'influxql', bucket: 'history', instance })();
        },
        cleanUp: () => Promise.resolve(),
      };
    });
  });
});

describe.runIf(needs('victoria-metrics'))('against the real server', () => {
  describeTelemetryStore('VictoriaMetrics', async () => {
    const server = await VictoriaMetricsServer.start();
    return {
      open: opener({ ...SETTINGS, url: server.url, readBy: 'victoria-metrics' }),
      cleanUp: () => server.close(),
      settle: () => server.flush(),
      finestTime: 'ms',
    };
  });
});
