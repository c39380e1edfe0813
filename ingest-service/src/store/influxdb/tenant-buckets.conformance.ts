import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { TelemetryPoint } from '../../points/point.ts';
import { HOUR_MS } from '../hours/split-range.ts';
import { InfluxStore } from './influxdb-store.ts';
import type { EngineUnderTest } from './upkeep.conformance.ts';

export const NOW_MS = Date.UTC(2026, 5, 1);
const DAY_MS = 24 * HOUR_MS;
export const KEEP = { rawMs: 90 * DAY_MS, downsampledMs: 800 * DAY_MS };

/** Who asks: its token, and where. */
export function openTenantBuckets({ url, token, org }: Pick<EngineUnderTest, 'url' | 'token' | 'org'>): InfluxStore {
  const settings = { bucket: 'shelfwire', instance: 'ingest', requestTimeoutMs: 5_000 } as const;
  return new InfluxStore({ ...settings, url, token, org, tenantBuckets: 'separate', readBy: 'influxql' });
}

export function weight(tenantId: string, netGrams: number): TelemetryPoint {
  return {
    measurement: 'reading',
    atMs: NOW_MS - DAY_MS,
    nanosOfMs: 1,
    tags: {
      tenantId,
      siteId: 's',
      gatewayId: 'g',
      deviceId: 'd',
      sensorId: undefined,
      kind: 'weight',
      quality: 'good',
    },
    fields: { netGrams, sequence: 1 },
  };
}

const netGramsOf = (tenantId: string) =>
  ({
    measurement: 'reading',
    field: 'netGrams',
    tags: { tenantId, siteId: 's', deviceId: 'd' },
    fromMs: NOW_MS - 2 * DAY_MS,
    toMs: NOW_MS,
    limit: 10,
  }) as const;

interface TenantEngine extends EngineUnderTest {
  retentionSeconds: (bucket: string) => Promise<number>;
}

/** A bucket a tenant, made when it is first heard of, on every engine. */
export function describeTenantBuckets(name: string, start: () => Promise<TenantEngine>): void {
  describe(`with a bucket a tenant in ${name}`, () => {
    let server: TenantEngine;
    let store: InfluxStore;
    beforeAll(async () => {
      server = await start();
      store = openTenantBuckets(server);
      await store.maintain(KEEP, NOW_MS);
      await store.write([weight('acme', 1), weight('globex', 2), weight('acme', Number.NaN)]);
    });
    afterAll(async () => {
      await store.close();
      await server.close();
    });

    test('the first reading of a tenant makes its bucket, with its retention', async () => {
      expect(await server.retentionSeconds('shelfwire_acme')).toBe(800 * 24 * 3_600);
    });

    test('each tenant’s history comes from its own bucket; one that never wrote has none', async () => {
      expect(await store.series(netGramsOf('acme'))).toEqual([[NOW_MS - DAY_MS, 1]]);
      expect(await store.series(netGramsOf('globex'))).toEqual([[NOW_MS - DAY_MS, 2]]);
      expect(await store.series(netGramsOf('initech'))).toEqual([]);
      expect(await store.sensors({ tenantId: 'initech', siteId: 's' })).toEqual([]);
    });

    test('refused points keep their place in the write, whosever they are', async () => {
      const { rejected } = await store.write([weight('globex', 3), weight('acme', Number.NaN), weight('acme', 1)]);
      expect(rejected.map(({ index }) => index)).toEqual([1]);
    });

    test('hourly values of every tenant are made, also by a service that has just started', async () => {
      const fresh = openTenantBuckets(server);
      await fresh.maintain(KEEP, NOW_MS);
      for (const tenantId of ['acme', 'globex']) {
        const answer = await server.query('SELECT "netGrams_count" FROM "reading_hourly"', `shelfwire_${tenantId}`);
        expect(answer.results?.[0]?.series?.[0]?.values).toEqual([[NOW_MS - DAY_MS, 1]]);
      }
      await fresh.close();
    });
  });
}
