import type { InfluxQueryAnswer } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { TelemetryPoint } from '../../points/point.ts';
import type { BucketsRequest, StoreAggregate } from '../telemetry-store.ts';
import { HOUR_MS } from '../hours/split-range.ts';
import { InfluxStore } from './influxdb-store.ts';

const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.UTC(2026, 5, 1);
/** Hourly values so long that a server, which has a clock of its own, takes these points for decades. */
const KEEP = { rawMs: 90 * DAY_MS, downsampledMs: 9_000 * DAY_MS };

/** A real InfluxDB of whatever version, with the bucket or database `telemetry`. */
export interface EngineUnderTest {
  url: string;
  token: string;
  org: string;
  query: (influxQl: string, database: string) => Promise<InfluxQueryAnswer>;
  close: () => Promise<void>;
}

function weight(atMs: number, netGrams: number, quality = 'good'): TelemetryPoint {
  return {
    measurement: 'reading',
    atMs,
    nanosOfMs: 1,
    tags: { tenantId: 't', siteId: 's', gatewayId: 'g', deviceId: 'd', sensorId: undefined, kind: 'weight', quality },
    fields: { netGrams, sequence: 1 },
  };
}

function days(aggregate: StoreAggregate, fromMs: number, toMs: number): BucketsRequest {
  const tags = { tenantId: 't', siteId: 's', deviceId: 'd' };
  return {
    measurement: 'reading',
    field: 'netGrams',
    tags,
    fromMs,
    toMs,
    stepMs: DAY_MS,
    aggregates: [aggregate],
    limit: 1_000,
  };
}

/** Hourly values and retention by InfluxQL alone, on every engine that has it. */
export function describeUpkeep(name: string, start: () => Promise<EngineUnderTest>): void {
  describe(`upkeep in ${name}`, () => {
    let server: EngineUnderTest;
    let store: InfluxStore;
    const open = (instance: string): InfluxStore =>
      new InfluxStore({
        url: server.url,
        token: server.token,
        org: server.org,
        bucket: 'telemetry',
        tenantBuckets: 'shared',
        instance,
        readBy: 'influxql',
        requestTimeoutMs: 5_000,
      });
    beforeAll(async () => {
      server = await start();
      store = open('ingest');
    });
    afterAll(async () => {
      await store.close();
      await server.close();
    });

    test('days are answered from hourly values when the readings are gone, late readings included', async () => {
      const oldMs = NOW_MS - 100 * DAY_MS;
      const recentMs = NOW_MS - 2 * DAY_MS;
      await store.write([
        weight(oldMs, 10),
        weight(oldMs + 5 * HOUR_MS, 40),
        weight(recentMs, 7),
        weight(recentMs + 1, 9, 'unstable'),
      ]);
      await store.maintain(KEEP, oldMs + DAY_MS);
      await store.write([weight(oldMs + 60_000, 100)]); // late: its hour is computed again
      await store.maintain(KEEP, oldMs + DAY_MS);
      await store.maintain(KEEP, NOW_MS);

      const raw = await server.query('SELECT "netGrams" FROM "reading"', 'telemetry');
      expect(raw.results?.[0]?.series?.[0]?.values).toHaveLength(2); // the recent ones
      const expected = { mean: [50, 8], min: [10, 7], max: [100, 9], last: [40, 9], count: [3, 2] };
      for (const [aggregate, [old, recent]] of Object.entries(expected)) {
        expect(await store.buckets(days(aggregate as StoreAggregate, oldMs, NOW_MS))).toEqual([
          [oldMs, old],
          [recentMs, recent],
        ]);
      }
    });

    test('a reading that comes after its hour’s readings are gone changes no hourly value', async () => {
      const oldMs = NOW_MS - 200 * DAY_MS;
      const hourly = `SELECT "netGrams_count", "netGrams_max" FROM "reading_hourly" WHERE time = ${oldMs}ms`;
      const hour = async () => (await server.query(hourly, 'telemetry')).results?.[0]?.series?.[0]?.values;
      const laterMs = NOW_MS + 20 * DAY_MS;
      await store.write([weight(oldMs, 10), weight(oldMs + 1, 20), weight(oldMs + 2, 30)]);
      await store.maintain(KEEP, oldMs + DAY_MS);
      await store.maintain(KEEP, laterMs);
      const before = await hour();
      expect(before?.[0]?.slice(1)).toEqual([3, 30]);
      await store.write([weight(oldMs + 60_000, 5)]);
      await store.maintain(KEEP, laterMs);
      expect(await hour()).toEqual(before);
    });

    test.each(['ingest', 'another replica'])(
      '%s: late readings before a crash are counted after it',
      async (instance) => {
        const hourMs = NOW_MS - (instance === 'ingest' ? 60 : 61) * DAY_MS;
        const count = `SELECT "netGrams_count" FROM "reading_hourly" WHERE time = ${hourMs}ms`;
        await store.write([weight(hourMs, 1)]);
        await store.maintain(KEEP, NOW_MS);
        await store.write([weight(hourMs + 1, 2)]); // and then it is gone, as if killed
        store = open(instance.replaceAll(' ', '-'));
        await store.maintain(KEEP, NOW_MS);
        expect((await server.query(count, 'telemetry')).results?.[0]?.series?.[0]?.values).toEqual([[hourMs, 2]]);
      },
    );

    test('what was computed is not computed again at the next start', async () => {
      await store.maintain(KEEP, NOW_MS);
      const marks = `SELECT "mark", "done" FROM "hour_mark" WHERE "instance" = 'ingest'`;
      store = open('ingest');
      await store.maintain(KEEP, NOW_MS);
      const rows = (await server.query(marks, 'telemetry')).results?.[0]?.series?.[0]?.values ?? [];
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.filter(([, mark, done]) => Number(mark) > Number(done ?? 0))).toEqual([]);
    });

    test('readings are deleted by whole hours, so that no hourly value is computed from a part of them', async () => {
      const fromMs = NOW_MS + 300 * DAY_MS;
      await store.write([weight(fromMs, 1), weight(fromMs + 40 * 60_000, 2), weight(fromMs + HOUR_MS, 3)]);
      const rawCount = async (): Promise<unknown> => {
        const question = `SELECT count("netGrams") FROM "reading" WHERE time >= ${fromMs}ms`;
        return (await server.query(question, 'telemetry')).results?.[0]?.series?.[0]?.values?.[0]?.[1];
      };
      await store.maintain(KEEP, fromMs + 30 * 60_000 + KEEP.rawMs); // the retention ends inside the first hour
      expect(await rawCount()).toBe(3);
      await store.maintain(KEEP, fromMs + HOUR_MS + KEEP.rawMs + DAY_MS);
      expect(await rawCount()).toBeUndefined();
    });
  });
}
