import { ADMIN, InfluxServer, needs } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { TelemetryPoint } from '../../points/point.ts';
import { ScriptedInflux } from '../../testing/scripted-influx.ts';
import { HOUR_MS } from '../hours/split-range.ts';
import { InfluxStore } from './influxdb-store.ts';

const NOW_MS = Date.UTC(2026, 5, 1);
const DAY_MS = 24 * HOUR_MS;
const KEEP = { rawMs: 90 * DAY_MS, downsampledMs: 800 * DAY_MS };

function open(url: string, token: string): InfluxStore {
  const settings = { org: 'acme', bucket: 'shelfwire', instance: 'ingest', requestTimeoutMs: 5_000 } as const;
  return new InfluxStore({ ...settings, url, token, tenantBuckets: 'separate', readBy: 'influxql' });
}

function weight(tenantId: string, netGrams: number): TelemetryPoint {
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

describe.runIf(needs('influxdb'))('with a bucket a tenant, in the real engine, which asks who one is', () => {
  let server: InfluxServer;
  let store: InfluxStore;
  beforeAll(async () => {
    server = await InfluxServer.start({ auth: true });
    store = open(server.url, ADMIN);
    await store.maintain(KEEP, NOW_MS);
    await store.write([weight('acme', 1), weight('globex', 2), weight('acme', Number.NaN)]);
  });
  afterAll(async () => {
    await store.close();
    await server.close();
  });

  test('the first reading of a tenant makes its bucket, with its retention', async () => {
    const shown = await server.query('SHOW RETENTION POLICIES ON "shelfwire_acme"');
    expect(shown.results?.[0]?.series?.[0]?.values[0]?.slice(0, 2)).toEqual(['autogen', `${800 * 24}h0m0s`]);
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

  test('a login for one tenant, as the handbook makes it, reads that tenant and no other', async () => {
    await server.query(`CREATE USER "grafana_acme" WITH PASSWORD 'pw'`);
    await server.query('GRANT READ ON "shelfwire_acme" TO "grafana_acme"');
    const own = await server.query('SELECT "netGrams" FROM "reading"', 'shelfwire_acme', 'grafana_acme:pw');
    expect(own.results?.[0]?.series?.[0]?.values).toHaveLength(1);
    for (const attempt of ['SELECT * FROM "reading"', 'SELECT * FROM "shelfwire_globex"."autogen"."reading"']) {
      await expect(server.query(attempt, 'shelfwire_globex', 'grafana_acme:pw')).rejects.toThrow('not authorized');
    }
    await expect(
      server.query('SELECT * FROM "shelfwire_globex"."autogen"."reading"', 'shelfwire_acme', 'grafana_acme:pw'),
    ).rejects.toThrow('not authorized');
    await expect(server.query('DROP MEASUREMENT "reading"', 'shelfwire_acme', 'grafana_acme:pw')).rejects.toThrow(
      'not authorized',
    );
  });

  test('a token that the database refuses holds the readings', async () => {
    const refused = open(server.url, 'nobody:wrong');
    await expect(refused.write([weight('acme', 1)])).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
    await expect(refused.check()).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
    await refused.close();
    await server.query(`CREATE USER "reader" WITH PASSWORD 'pw'`);
    await server.query('GRANT READ ON "shelfwire_acme" TO "reader"');
    const readsOnly = open(server.url, 'reader:pw');
    await expect(readsOnly.write([weight('acme', 1)])).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
    await readsOnly.close();
  });

  test('hourly values of every tenant are made, also by a service that has just started', async () => {
    const fresh = open(server.url, ADMIN);
    await fresh.maintain(KEEP, NOW_MS);
    for (const tenantId of ['acme', 'globex']) {
      const answer = await server.query('SELECT "netGrams_count" FROM "reading_hourly"', `shelfwire_${tenantId}`);
      expect(answer.results?.[0]?.series?.[0]?.values).toEqual([[NOW_MS - DAY_MS, 1]]);
    }
    await fresh.close();
  });
});

describe('with the API of InfluxDB 2.x', () => {
  test('a tenant’s bucket is made when the first write finds none; all pages of buckets are looked through', async () => {
    const server = await ScriptedInflux.start();
    const pages = [
      Array.from({ length: 100 }, (_, n) => ({ id: `${n}`, name: `other-${n}` })),
      [{ id: 'a', name: 'shelfwire_a', retentionRules: [{ type: 'expire', everySeconds: 69_120_000 }] }],
    ];
    const asked: string[] = [];
    let isMade = false;
    server.answer = (lines, _number, { method, url = '' }) => {
      if (url.startsWith('/query')) return { status: 200, body: { results: [{ statement_id: 0 }] } };
      asked.push(`${method ?? ''} ${url}`);
      if (url.startsWith('/api/v2/write')) {
        // https://docs.influxdata.com/influxdb/v2/api/#operation/PostWrite
        return isMade
          ? { status: 204 }
          : { status: 404, body: { code: 'not found', message: 'bucket "shelfwire_b" not found' } };
      }
      if (url.startsWith('/api/v2/orgs')) return { status: 200, body: { orgs: [{ id: 'o1' }] } };
      if (method === 'POST') {
        isMade = true;
        expect(JSON.parse(lines.join('\n'))).toMatchObject({ orgID: 'o1', name: 'shelfwire_b' });
        return { status: 201, body: {} };
      }
      if (url.includes('name=shelfwire_a')) return { status: 200, body: { buckets: pages[1] } };
      if (url.includes('name=')) return { status: 404, body: { code: 'not found', message: 'bucket not found' } };
      return { status: 200, body: { buckets: pages[url.includes('offset=100') ? 1 : 0] } };
    };
    const store = open(server.url, 't');
    await store.maintain(KEEP, NOW_MS);
    expect(asked.filter((request) => request.includes('limit=100'))).toHaveLength(2);
    asked.length = 0;
    expect(await store.write([weight('b', 1)])).toEqual({ rejected: [] });
    expect(asked.map((request) => request.split('?')[0])).toEqual([
      'POST /api/v2/write',
      'GET /api/v2/buckets',
      'GET /api/v2/orgs',
      'POST /api/v2/buckets',
      'POST /api/v2/write',
    ]);
    await store.close();
    await server.close();
  });
});
