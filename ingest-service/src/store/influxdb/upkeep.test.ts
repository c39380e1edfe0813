import { InfluxServer, needs } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import { ScriptedInflux } from '../../testing/scripted-influx.ts';
import { HOUR_MS } from '../hours/split-range.ts';
import { InfluxStore } from './influxdb-store.ts';
import { describeUpkeep } from './upkeep.conformance.ts';

const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.UTC(2026, 5, 1);
const KEEP = { rawMs: 90 * DAY_MS, downsampledMs: 800 * DAY_MS };

describe.runIf(needs('influxdb'))('with the real engine', () => {
  describeUpkeep('InfluxDB 1.6', async () => {
    const server = await InfluxServer.start();
    await server.createDatabase('telemetry');
    return {
      url: server.url,
      token: '',
      org: '',
      query: (influxQl, database) => server.query(influxQl, database),
      close: () => server.close(),
    };
  });
});

/** The answers are those of a real 2.7.12 (influxdb-2-answers.containers.test.ts asks one). */
describe('with the API of InfluxDB 2.x', () => {
  const bucket = (everySeconds: number) => ({
    id: 'b1',
    orgID: 'o1',
    retentionRules: [{ type: 'expire', everySeconds }],
  });
  interface Has {
    buckets: unknown[] | 'not found';
    orgs?: unknown[];
    /** Says no to what would change a bucket. */
    refusal?: { status: number; body: unknown };
    keep?: typeof KEEP;
  }

  /** What was asked of the server besides questions. */
  async function maintain({ buckets, orgs = [{ id: 'o1' }], refusal, keep = KEEP }: Has): Promise<string[]> {
    const server = await ScriptedInflux.start();
    const asked: string[] = [];
    server.answer = (lines, _number, { method = '', url = '' }) => {
      const { pathname, searchParams } = new URL(url, server.url);
      if (pathname === '/query' && method === 'GET') return { status: 200, body: { results: [{ statement_id: 0 }] } };
      asked.push(`${method} ${pathname === '/query' ? searchParams.get('q') : url} ${lines.join('')}`.trim());
      if (pathname === '/query') return { status: 200, body: '' };
      if (pathname === '/api/v2/orgs') return { status: 200, body: { orgs } };
      if (method !== 'GET') return refusal ?? { status: 201, body: {} };
      if (searchParams.has('limit')) return { status: 200, body: { buckets: [bucket(0)] } };
      if (buckets === 'not found') return { status: 404, body: { code: 'not found', message: 'bucket "x" not found' } };
      return { status: 200, body: { buckets } };
    };
    const store = new InfluxStore({
      url: server.url,
      token: 't',
      org: 'acme',
      bucket: 'x',
      tenantBuckets: 'shared',
      instance: 'ingest',
      readBy: 'influxql',
      requestTimeoutMs: 1_000,
    });
    try {
      await store.maintain(keep, NOW_MS);
    } finally {
      await store.close();
      await server.close();
    }
    return asked;
  }
  const about = (asked: readonly string[], text: string): string[] => asked.filter((one) => one.includes(text));
  const MADE =
    'POST /api/v2/buckets {"orgID":"o1","name":"x","retentionRules":[{"type":"expire","everySeconds":69120000}]}';

  test.each([[[]], ['not found' as const]])('a missing bucket (%j) is made with its retention', async (buckets) => {
    expect(about(await maintain({ buckets }), '/api/')).toEqual([
      'GET /api/v2/buckets?org=acme&name=x',
      'GET /api/v2/orgs?org=acme',
      MADE,
    ]);
  });

  test('a token for all buckets that may not read the organisation makes one, too', async () => {
    expect(about(await maintain({ buckets: 'not found', orgs: [] }), '/api/').slice(-2)).toEqual([
      'GET /api/v2/buckets?org=acme&limit=100',
      MADE,
    ]);
  });

  test('a bucket that another replica has just made is as good as made here', async () => {
    const body = { code: 'conflict', message: 'bucket with name x already exists' };
    expect(about(await maintain({ buckets: [], refusal: { status: 422, body } }), 'DELETE')).not.toEqual([]);
    const refusal = { status: 401, body: { code: 'unauthorized', message: 'write:orgs/o1/buckets is unauthorized' } };
    await expect(maintain({ buckets: [], refusal })).rejects.toThrow('unauthorized');
  });

  test('a bucket as it should be is left alone; another retention is corrected', async () => {
    expect(about(await maintain({ buckets: [bucket(69_120_000)] }), '/api/')).toHaveLength(1);
    expect(about(await maintain({ buckets: [bucket(3_600)] }), '/api/').at(-1)).toBe(
      'PATCH /api/v2/buckets/b1 {"retentionRules":[{"type":"expire","everySeconds":69120000}]}',
    );
  });

  test('a retention shorter than the shards of a new bucket shortens these as well', async () => {
    const keep = { rawMs: 2 * DAY_MS, downsampledMs: 2 * DAY_MS };
    expect(about(await maintain({ buckets: [bucket(0)], keep }), '/api/').at(-1)).toBe(
      'PATCH /api/v2/buckets/b1 {"retentionRules":[{"type":"expire","everySeconds":172800,"shardGroupDurationSeconds":86400}]}',
    );
  });

  test('old readings of every measurement are deleted, though the server says nothing to it', async () => {
    const deleted = about(await maintain({ buckets: [bucket(69_120_000)] }), 'DELETE');
    expect(deleted.map((statement) => /FROM "(\w+)"/.exec(statement)?.[1])).toEqual([
      'reading',
      'device_health',
      'hour_mark',
    ]);
  });
});
