import { InfluxServer, needs, VictoriaMetricsServer } from '@shelfwire/test-servers';
import { describe } from 'vitest';

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
  describeTelemetryStore('InfluxDB', async () => {
    const server = await InfluxServer.start();
    await server.createDatabase('telemetry');
    return {
      open: opener({ ...SETTINGS, url: server.url, readBy: 'influxql' }),
      cleanUp: () => server.close(),
    };
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
