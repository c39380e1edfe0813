import { timestampNs } from '@shelfwire/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { TelemetryPoint } from '../points/point.ts';
import { timestampNsText } from '../points/point.ts';
import type { SeriesPair, SeriesRequest, TelemetryStore } from './telemetry-store.ts';

/** Opens the same (durable) place at each call. */
export interface StoreUnderTest {
  open: () => Promise<TelemetryStore>;
  cleanUp: () => Promise<void>;
  /** For a database that shows what it took only after a while. */
  settle?: () => Promise<void>;
  /** For one that knows milliseconds only: readings of one millisecond become one. */
  finestTime?: 'ms';
}

const START_MS = Date.UTC(2026, 0, 5, 8);
const MINUTE_MS = 60_000;

function weight(
  tenantId: string,
  second: number,
  netGrams: number,
  more: Partial<TelemetryPoint> = {},
): TelemetryPoint {
  return {
    measurement: 'reading',
    atMs: START_MS + second * 1_000,
    nanosOfMs: second + 1,
    tags: {
      tenantId,
      siteId: 's',
      gatewayId: 'g',
      deviceId: 'd',
      sensorId: undefined,
      kind: 'weight',
      quality: 'good',
    },
    fields: { netGrams, stable: true, receivedAtMs: START_MS, clockQuality: 'gateway', sequence: second + 1 },
    ...more,
  };
}

function netGrams(tenantId: string, more: Partial<SeriesRequest> = {}): SeriesRequest {
  return {
    measurement: 'reading',
    field: 'netGrams',
    tags: { tenantId, siteId: 's', deviceId: 'd' },
    fromMs: START_MS,
    toMs: START_MS + 60 * MINUTE_MS,
    limit: 100_000,
    ...more,
  };
}

/** The promises of TelemetryStore, for every implementation. Each test has a tenant of its own. */
export function describeTelemetryStore(name: string, prepare: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the promises of a telemetry store`, () => {
    let place: StoreUnderTest;
    let store: TelemetryStore;
    beforeAll(async () => {
      place = await prepare();
      store = await place.open();
    });
    afterAll(async () => {
      await store.close();
      await place.cleanUp();
    });

    async function series(request: SeriesRequest): Promise<SeriesPair[]> {
      await place.settle?.();
      return store.series(request);
    }

    test('what was written is read back in time order, whatever the order it came in', async () => {
      await store.write([weight('order', 3, 30), weight('order', 1, 10.5)]);
      await store.write([weight('order', 2, 20)]);
      expect(await series(netGrams('order'))).toEqual([
        [START_MS + 1_000, 10.5],
        [START_MS + 2_000, 20],
        [START_MS + 3_000, 30],
      ]);
    });

    test('a write that is repeated, in part or as a whole, changes nothing', async () => {
      const points = Array.from({ length: 300 }, (_, second) => weight('repeat', second, second));
      await store.write(points);
      await store.write(points);
      await store.write([...points.slice(100, 200), ...points.slice(150, 250)]);
      const pairs = await series(netGrams('repeat'));
      expect(pairs).toHaveLength(300);
      expect(pairs.map(([, value]) => value)).toEqual(points.map((_, second) => second));
    });

    test('two readings of one sensor in one millisecond stay two', async () => {
      const at = { atMs: START_MS };
      await store.write([
        weight('same-ms', 0, 1, { ...at, nanosOfMs: 7 }),
        weight('same-ms', 0, 2, { ...at, nanosOfMs: 8 }),
      ]);
      if (place.finestTime === 'ms') return expect(await series(netGrams('same-ms'))).toHaveLength(1);
      return expect(await series(netGrams('same-ms'))).toEqual([
        [START_MS, 1],
        [START_MS, 2],
      ]);
    });

    test('the timestamp is the one that the contract says', () => {
      const point = weight('time', 5, 1);
      expect(timestampNsText(point)).toBe(String(timestampNs(point.atMs, point.nanosOfMs)));
      expect(timestampNsText({ atMs: START_MS, nanosOfMs: 0 })).toBe(String(timestampNs(START_MS, 0)));
    });

    test('a float stays a float, though its first value is whole', async () => {
      await store.write([weight('float', 1, 12)]);
      const { rejected } = await store.write([weight('float', 2, 12.75)]);
      expect(rejected).toEqual([]);
      expect((await series(netGrams('float'))).map(([, value]) => value)).toEqual([12, 12.75]);
    });

    test('a point that can never be stored is rejected alone', async () => {
      const points = [
        weight('bad', 1, 1),
        weight('bad', 2, Number.NaN),
        weight('bad', 3, 3),
        weight('bad', 4, 4, { fields: {} }),
      ];
      const { rejected } = await store.write(points);
      expect(rejected.map(({ index }) => index)).toEqual([1, 3]);
      expect((await series(netGrams('bad'))).map(([, value]) => value)).toEqual([1, 3]);
    });

    test('tenants do not see each other', async () => {
      await store.write([weight('tenant-a', 1, 1), weight('tenant-b', 1, 2)]);
      expect(await series(netGrams('tenant-a'))).toEqual([[START_MS + 1_000, 1]]);
      await place.settle?.();
      expect(await store.sensors({ tenantId: 'tenant-a', siteId: 's' })).toHaveLength(1);
    });

    test('a range takes its beginning and leaves its end', async () => {
      await store.write([1, 2, 3].map((second) => weight('range', second, second)));
      const pairs = await series(netGrams('range', { fromMs: START_MS + 1_000, toMs: START_MS + 3_000 }));
      expect(pairs.map(([, value]) => value)).toEqual([1, 2]);
    });

    test('more than a server gives in one piece is all there, and in order', async () => {
      const seconds = Array.from({ length: 25_001 }, (_, second) => second);
      for (let at = 0; at < seconds.length; at += 5_000) {
        await store.write(seconds.slice(at, at + 5_000).map((second) => weight('pieces', second, second)));
      }
      expect((await series(netGrams('pieces', { toMs: START_MS + 30_000_000 }))).map(([, value]) => value)).toEqual(
        seconds,
      );
    });

    test('the limit keeps the earliest', async () => {
      await store.write([1, 2, 3].map((second) => weight('limit', second, second)));
      expect((await series(netGrams('limit', { limit: 2 }))).map(([, value]) => value)).toEqual([1, 2]);
    });

    test.each([
      ['mean', 15],
      ['min', 10],
      ['max', 20],
      ['last', 20],
      ['count', 2],
    ] as const)('%s of each bucket; buckets without readings are left out', async (aggregate, firstValue) => {
      const tenantId = `bucket-${aggregate}`;
      await store.write([weight(tenantId, 10, 10), weight(tenantId, 50, 20), weight(tenantId, 130, 70)]);
      await place.settle?.();
      const pairs = await store.buckets({ ...netGrams(tenantId), stepMs: MINUTE_MS, aggregates: [aggregate] });
      expect(pairs).toEqual([
        [START_MS, firstValue],
        [START_MS + 2 * MINUTE_MS, aggregate === 'count' ? 1 : 70],
      ]);
    });

    test('several aggregates come in the order they were asked for', async () => {
      await store.write([weight('several', 10, 10), weight('several', 50, 20)]);
      await place.settle?.();
      const aggregates = ['max', 'mean', 'count', 'min'] as const;
      const request = { ...netGrams('several'), stepMs: 60 * MINUTE_MS, aggregates };
      expect(await store.buckets(request)).toEqual([[START_MS, 20, 15, 2, 10]]);
      expect(await store.buckets({ ...request, stepMs: MINUTE_MS })).toEqual([[START_MS, 20, 15, 2, 10]]);
    });

    test('what a mean over time needs are readings, while nothing is downsampled', async () => {
      await store.write([weight('stretches', 10, 10), weight('stretches', 50, 20)]);
      await place.settle?.();
      expect(await store.stretches({ ...netGrams('stretches'), holdMs: MINUTE_MS })).toEqual([
        { fromMs: START_MS + 10_000, toMs: START_MS + 10_000, integral: 0, last: 10 },
        { fromMs: START_MS + 50_000, toMs: START_MS + 50_000, integral: 0, last: 20 },
      ]);
    });

    test('readings of one device that differ in quality are one series', async () => {
      const point = weight('quality', 2, 2);
      await store.write([weight('quality', 1, 1), { ...point, tags: { ...point.tags, quality: 'unstable' } }]);
      expect((await series(netGrams('quality'))).map(([, value]) => value)).toEqual([1, 2]);
    });

    test('sensors of a site come with the time of their last reading', async () => {
      const tags = { tenantId: 'sensors', siteId: 's', gatewayId: 'g', deviceId: 'd2', quality: 'good' };
      await store.write([
        weight('sensors', 1, 1),
        weight('sensors', 9, 9),
        {
          ...weight('sensors', 3, 3),
          measurement: 'device_health',
          tags: { ...tags, sensorId: 'probe' },
          fields: { batteryRatio: 0.5, sequence: 3 },
        },
      ]);
      await place.settle?.();
      const sensors = await store.sensors({ tenantId: 'sensors', siteId: 's' });
      expect(sensors.toSorted((a, b) => a.deviceId.localeCompare(b.deviceId))).toEqual([
        { measurement: 'reading', deviceId: 'd', sensorId: null, kind: 'weight', lastAtMs: START_MS + 9_000 },
        { measurement: 'device_health', deviceId: 'd2', sensorId: 'probe', kind: 'health', lastAtMs: START_MS + 3_000 },
      ]);
    });

    test('stock and order events are series too, with text of any kind', async () => {
      const at = { atMs: START_MS, nanosOfMs: 1 };
      const site = { tenantId: 'events', siteId: 's', binId: 'b', itemId: 'i' };
      const sentence = 'Say "4 packs = 40 pcs", \\ back, a comma; schöne Grüße ✓';
      await store.write([
        { measurement: 'stock', ...at, tags: site, fields: { onHand: 7, uncertainty: 0.5, status: 'OK', sequence: 1 } },
        {
          measurement: 'order',
          ...at,
          tags: { ...site, supplierId: 'x', status: 'SENT' },
          fields: { orderedQuantity: 40, sentence },
        },
      ]);
      const request = netGrams('events', { tags: { tenantId: 'events', binId: 'b' } });
      expect(await series({ ...request, measurement: 'stock', field: 'onHand' })).toEqual([[START_MS, 7]]);
      expect(await series({ ...request, measurement: 'order', field: 'orderedQuantity' })).toEqual([[START_MS, 40]]);
    });

    test('many writes at once are all kept, once', async () => {
      const writes = Array.from({ length: 20 }, (_, group) =>
        store.write(Array.from({ length: 50 }, (__, index) => weight('many', group * 25 + index, group * 25 + index))),
      );
      await Promise.all(writes);
      expect(await series(netGrams('many'))).toHaveLength(19 * 25 + 50);
    });

    test('what was answered is there after closing and opening again, and a closed store says so', async () => {
      await store.write([weight('reopen', 1, 1)]);
      await store.close();
      await expect(store.write([weight('reopen', 2, 2)])).rejects.toMatchObject({ code: 'STORE_CLOSED' });
      store = await place.open();
      await store.check();
      expect(await series(netGrams('reopen'))).toEqual([[START_MS + 1_000, 1]]);
    });
  });
}
