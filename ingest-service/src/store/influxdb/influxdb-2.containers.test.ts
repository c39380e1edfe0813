import { INFLUX_2_ORG, type Influx2Api } from '@shelfwire/test-servers';
import { needsInflux2, startInflux2 } from '@shelfwire/test-servers/containers';
import { afterAll, beforeAll, describe } from 'vitest';

import { describeHistory } from '../../history/history.conformance.ts';
import { describeTelemetryStore } from '../telemetry-store.conformance.ts';
import { InfluxStore, type InfluxStoreOptions } from './influxdb-store.ts';
import { describeTenantBuckets } from './tenant-buckets.conformance.ts';
import { describeUpkeep } from './upkeep.conformance.ts';

describe.runIf(needsInflux2())('against a real InfluxDB 2', () => {
  let influx: Influx2Api;
  let close = (): Promise<void> => Promise.resolve();
  beforeAll(async () => {
    ({ influx, close } = await startInflux2());
  });
  afterAll(() => close());
  const engine = () => ({
    url: influx.url,
    token: influx.token,
    org: INFLUX_2_ORG,
    query: (influxQl: string, database: string) => influx.query(influxQl, database),
    close: () => Promise.resolve(),
  });
  const open = (more: Pick<InfluxStoreOptions, 'bucket' | 'instance'>): Promise<InfluxStore> => {
    const settings = { tenantBuckets: 'shared', readBy: 'influxql', requestTimeoutMs: 10_000 } as const;
    const { url, token, org } = engine();
    return Promise.resolve(new InfluxStore({ url, token, org, ...settings, ...more }));
  };

  describeTelemetryStore('InfluxDB 2', () =>
    Promise.resolve({
      open: () => open({ bucket: 'shelfwire', instance: 'ingest' }),
      cleanUp: () => Promise.resolve(),
    }),
  );

  describe('the history from InfluxDB 2', () => {
    describeHistory('InfluxDB 2', async () => {
      await influx.createDatabase('history');
      let opened = 0;
      return {
        // A restart is also another replica, which finds hours that the first one left waiting.
        open: () => open({ bucket: 'history', instance: opened++ % 2 === 0 ? 'ingest-a' : 'ingest-b' }),
        cleanUp: () => Promise.resolve(),
      };
    });
  });

  describeUpkeep('InfluxDB 2', async () => {
    await influx.createDatabase('telemetry');
    return engine();
  });

  describeTenantBuckets('InfluxDB 2', () =>
    Promise.resolve({
      ...engine(),
      retentionSeconds: async (bucket) => (await influx.bucket(bucket)).retentionRules[0]?.everySeconds ?? 0,
    }),
  );
});
