import { InfluxServer, needs } from '@shelfwire/test-servers';
import { describe } from 'vitest';

import { describeTelemetryStore } from '../telemetry-store.conformance.ts';
import { InfluxStore } from './influxdb-store.ts';

describe.runIf(needs('influxdb'))('against the real engine', () => {
  describeTelemetryStore('InfluxDB', async () => {
    const server = await InfluxServer.start();
    await server.createDatabase('telemetry');
    const options = { url: server.url, token: 'any', org: 'any', bucket: 'telemetry', requestTimeoutMs: 5_000 };
    return {
      open: () => Promise.resolve(new InfluxStore(options)),
      cleanUp: () => server.close(),
    };
  });
});
