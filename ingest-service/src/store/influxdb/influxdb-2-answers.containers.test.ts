import { INFLUX_2_ORG, type Influx2Api, type Influx2Rights } from '@shelfwire/test-servers';
import { needsInflux2, startInflux2 } from '@shelfwire/test-servers/containers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { TelemetryPoint } from '../../points/point.ts';
import { HOUR_MS } from '../hours/split-range.ts';
import { InfluxStore, type InfluxStoreOptions } from './influxdb-store.ts';
import { weight } from './tenant-buckets.conformance.ts';

const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.now();
const KEEP = { rawMs: 90 * DAY_MS, downsampledMs: 800 * DAY_MS };

/** What a server says that is asked for what it cannot or will not do; the scripts of the other tests say the same. */
describe.runIf(needsInflux2())('a real InfluxDB 2', () => {
  let influx: Influx2Api;
  let close = (): Promise<void> => Promise.resolve();
  const stores: InfluxStore[] = [];
  beforeAll(async () => {
    ({ influx, close } = await startInflux2());
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await close();
  });

  function open(more: Partial<InfluxStoreOptions>): InfluxStore {
    const store = new InfluxStore({
      url: influx.url,
      token: influx.token,
      org: INFLUX_2_ORG,
      bucket: 'shelfwire',
      tenantBuckets: 'shared',
      readBy: 'influxql',
      instance: 'ingest',
      requestTimeoutMs: 10_000,
      ...more,
    });
    stores.push(store);
    return store;
  }
  const at = (point: TelemetryPoint, atMs: number, deviceId: string): TelemetryPoint => ({
    ...point,
    atMs,
    tags: { ...point.tags, deviceId },
  });
  const bucketOf = (name: string): Influx2Rights[] => [
    { resource: 'buckets', action: 'read', bucket: name },
    { resource: 'buckets', action: 'write', bucket: name },
  ];
  const tokenFor = async (rights: Influx2Rights[]): Promise<string> => (await influx.authorize(rights)).token;

  test('refuses a point of another type, and one older than anything is kept; all others are stored', async () => {
    await influx.createDatabase('points');
    const store = open({ bucket: 'points' });
    await store.maintain(KEEP, NOW_MS);
    await influx.write('points', `reading,deviceId=stranger grossGrams="heavy" ${NOW_MS}000000`);
    const heavy = at(weight('acme', 1), NOW_MS, 'a');
    const { rejected } = await store.write([
      { ...heavy, fields: { ...heavy.fields, grossGrams: 7 } },
      at(weight('acme', 2), NOW_MS - 900 * DAY_MS, 'b'),
      at(weight('acme', 3), NOW_MS, 'c'),
    ]);
    expect(rejected.map(({ index }) => index)).toEqual([0, 1]);
    expect(rejected[0]?.reason).toContain('field type conflict: input field "grossGrams" on measurement "reading"');
    expect(rejected[1]?.reason).toContain('outside retention policy of duration 19200h0m0s');
    const stored = await influx.query('SELECT "netGrams" FROM "reading"', 'points');
    expect(stored.results?.[0]?.series?.[0]?.values).toEqual([[NOW_MS, 3]]);
  });

  test('knows neither a bucket nor an organisation that is not there', async () => {
    const point = [at(weight('acme', 1), NOW_MS, 'a')];
    for (const where of [{ bucket: 'nowhere' }, { org: 'nobody' }]) {
      await expect(open(where).write(point)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    }
    await expect(open({ bucket: 'nowhere' }).check()).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  });

  test('refuses who it does not know, and who may only read', async () => {
    const reader = await tokenFor([{ resource: 'buckets', action: 'read', bucket: 'shelfwire' }]);
    const point = [at(weight('acme', 1), NOW_MS, 'a')];
    for (const token of ['nobody', '', reader]) {
      await expect(open({ token }).write(point)).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
    }
    await expect(open({ token: 'nobody' }).check()).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
    await expect(open({ token: reader }).check()).resolves.toBeUndefined();
    await expect(open({ token: reader }).maintain(KEEP, NOW_MS)).rejects.toThrow('unauthorized');
  });

  test('lets a token for one bucket do all that the service does with one bucket', async () => {
    await influx.createDatabase('least');
    const store = open({ bucket: 'least', token: await tokenFor(bucketOf('least')) });
    await store.write([
      at(weight('acme', 1), NOW_MS - 2 * DAY_MS, 'a'),
      at(weight('acme', 2), NOW_MS - 100 * DAY_MS, 'a'),
    ]);
    await store.maintain(KEEP, NOW_MS);
    expect((await influx.bucket('least')).retentionRules[0]?.everySeconds).toBe(KEEP.downsampledMs / 1_000);
    const raw = await influx.query('SELECT "netGrams" FROM "reading"', 'least');
    expect(raw.results?.[0]?.series?.[0]?.values).toHaveLength(1);
    const hourly = await influx.query('SELECT "netGrams_count" FROM "reading_hourly"', 'least');
    expect(hourly.results?.[0]?.series?.[0]?.values).toHaveLength(1);
  });

  test('lets a token for all buckets make those of tenants, two replicas at once', async () => {
    const token = await tokenFor([
      { resource: 'buckets', action: 'read' },
      { resource: 'buckets', action: 'write' },
    ]);
    const replicas = ['a', 'b', 'c'].map((instance) => open({ token, instance, tenantBuckets: 'separate' }));
    await Promise.all(replicas.map((replica) => replica.maintain(KEEP, NOW_MS)));
    const writes = replicas.map((replica, index) => replica.write([at(weight('new', index), NOW_MS, `d${index}`)]));
    expect(await Promise.all(writes)).toEqual(replicas.map(() => ({ rejected: [] })));
    const stored = await influx.query('SELECT count("netGrams") FROM "reading"', 'shelfwire_new');
    expect(stored.results?.[0]?.series?.[0]?.values[0]?.[1]).toBe(3);
  });

  test('keeps the shortest time that can be set, also of a bucket that kept for ever', async () => {
    await influx.createDatabase('short');
    await open({ bucket: 'short' }).maintain({ rawMs: 2 * DAY_MS, downsampledMs: 2 * DAY_MS }, NOW_MS);
    expect((await influx.bucket('short')).retentionRules[0]?.everySeconds).toBe(2 * 86_400);
    await open({ bucket: 'short' }).maintain(KEEP, NOW_MS);
    expect((await influx.bucket('short')).retentionRules[0]?.everySeconds).toBe(800 * 86_400);
  });
});
