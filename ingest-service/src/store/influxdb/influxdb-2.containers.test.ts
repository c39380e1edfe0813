import { CONTAINER_SECRET, needsContainers, startInfluxContainer } from '@shelfwire/test-servers/containers';
import { describe } from 'vitest';

import { describeTelemetryStore } from '../telemetry-store.conformance.ts';
import { InfluxStore } from './influxdb-store.ts';

describe.runIf(needsContainers('influxdb'))('against InfluxDB 2 in a container', () => {
  describeTelemetryStore('InfluxDB 2', async () => {
    const { url, close } = await startInfluxContainer();
    const options = {
      url,
      token: CONTAINER_SECRET,
      org: 'shelfwire',
      bucket: 'shelfwire',
      instance: 'ingest',
    } as const;
    return {
      open: () =>
        Promise.resolve(
          new InfluxStore({ ...options, tenantBuckets: 'shared', readBy: 'influxql', requestTimeoutMs: 10_000 }),
        ),
      cleanUp: close,
    };
  });
});
