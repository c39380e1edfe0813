import { ADMIN, InfluxServer, needs } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ScriptedInflux } from '../../testing/scripted-influx.ts';
import type { InfluxStore } from './influxdb-store.ts';
import { describeTenantBuckets, KEEP, NOW_MS, openTenantBuckets, weight } from './tenant-buckets.conformance.ts';

function open(url: string, token: string): InfluxStore {
  return openTenantBuckets({ url, token, org: 'acme' });
}

describe.runIf(needs('influxdb'))('with the real engine, which asks who one is', () => {
  let server: InfluxServer;
  beforeAll(async () => {
    server = await InfluxServer.start({ auth: true });
  });
  afterAll(() => server.close());

  describeTenantBuckets('InfluxDB 1.6', () =>
    Promise.resolve({
      url: server.url,
      token: ADMIN,
      org: 'acme',
      query: (influxQl, database) => server.query(influxQl, database),
      retentionSeconds: async (bucket) => {
        const shown = await server.query(`SHOW RETENTION POLICIES ON "${bucket}"`);
        const [name, duration] = shown.results?.[0]?.series?.[0]?.values[0] ?? [];
        return name === 'autogen' ? Number.parseInt(String(duration), 10) * 3_600 : 0;
      },
      close: () => Promise.resolve(),
    }),
  );

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
      if (url.startsWith('/query')) {
        return { status: 200, body: method === 'POST' ? '' : { results: [{ statement_id: 0 }] } };
      }
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
      if (url.includes('name='))
        return { status: 404, body: { code: 'not found', message: 'bucket "shelfwire_b" not found' } };
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

  test('what is wrong with one tenant’s bucket keeps no other tenant’s from its upkeep, and is told', async () => {
    const server = await ScriptedInflux.start();
    const kept = new Set<string>();
    server.answer = (_lines, _number, { method, url = '' }) => {
      const { pathname, searchParams } = new URL(url, server.url);
      const name = searchParams.get('name') ?? undefined;
      const database = searchParams.get('db') ?? '';
      if (pathname === '/query' && method === 'POST') {
        if (database === 'shelfwire_a') {
          return { status: 200, body: { results: [{ statement_id: 0, error: 'insufficient permissions' }] } };
        }
        kept.add(database);
        return { status: 200, body: '' };
      }
      if (pathname === '/query') return { status: 200, body: { results: [{ statement_id: 0 }] } };
      const retentionRules = [{ type: 'expire', everySeconds: 69_120_000 }];
      const names = name === undefined ? ['shelfwire_a', 'shelfwire_b'] : [name];
      return { status: 200, body: { buckets: names.map((one) => ({ id: one, name: one, retentionRules })) } };
    };
    const store = open(server.url, 't');
    await expect(store.maintain(KEEP, NOW_MS)).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
    expect([...kept]).toEqual(['shelfwire_b']);
    await store.close();
    await server.close();
  });
});
