import { METRICS } from '@shelfwire/contract';
import { InfluxServer, needs, PostgresServer, VictoriaMetricsServer } from '@shelfwire/test-servers';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { INFLUXDB, POSTGRESQL, PROMETHEUS } from './data-sources.ts';
import { describeInfluxQl } from './influxql.conformance.ts';
import { allQueries, type NamedQuery } from './testing/all-queries.ts';
import { expandPromQl, expandSql, type Choices } from './testing/expand.ts';
import { sampleRecords } from './testing/sample-records.ts';
import { migratedDatabase } from './testing/migrated-database.ts';

const NOW_MS = Date.now();
const RANGE = { fromMs: NOW_MS - 6 * 3_600_000, toMs: NOW_MS };
const CHOICES: Choices = {
  tenant: 'demo',
  bin: 'bin-1',
  site: ['plant-1', 'plant-2'],
  item: ['screw', 'bolt'],
  device: ['scale-01'],
};

/** The one series that Prometheus makes itself: whether a service answered. The job is that of prometheus.yml. */
const ANSWERS = 'up{job="shelfwire"}';

const queries = allQueries();
const ofType = (type: string): NamedQuery[] => queries.filter((query) => query.type === type);

test('every query belongs to one of the three sources', () => {
  expect(queries.length).toBeGreaterThan(60);
  expect(queries.filter(({ text }) => text.trim() === '')).toEqual([]);
  const known = new Set<string>([INFLUXDB.type, POSTGRESQL.type, PROMETHEUS.type]);
  expect(queries.filter(({ type }) => !known.has(type))).toEqual([]);
});

describe.runIf(needs('influxdb'))('with a server of 1.6', () => {
  describeInfluxQl('InfluxDB 1.6', async () => {
    const server = await InfluxServer.start();
    await server.createDatabase('shelfwire');
    return {
      write: async (body) => {
        const answer = await fetch(`${server.directUrl}/write?db=shelfwire`, { method: 'POST', body });
        expect(answer.status).toBe(204);
      },
      query: (influxQl) => server.query(influxQl, 'shelfwire'),
      close: () => server.close(),
    };
  });
});

describe.runIf(needs('postgres'))('SQL on the real server, migrated', () => {
  let server: PostgresServer;
  let client: Client;

  beforeAll(async () => {
    server = await PostgresServer.start();
    client = await migratedDatabase(server.createDatabase('shelfwire'));
    for (const statement of sampleRecords(NOW_MS)) await client.query(statement);
  });
  afterAll(async () => {
    await client?.end();
    await server?.close();
  });

  test.each(ofType(POSTGRESQL.type))('$name answers with rows', async ({ text }) => {
    const { rows } = await client.query<Record<string, unknown>>(expandSql(text, CHOICES, RANGE));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.some((row) => Object.values(row).some((value) => value !== null))).toBe(true);
  });

  test('availability counts the time in which something was there', async () => {
    const query = queries.find(({ name }) => name === 'KPIs: Availability');
    const { rows } = await client.query<{ availability: number }>(expandSql(query?.text ?? '', CHOICES, RANGE));
    // Two bins with a level over six hours; the empty one had stock until an hour before the end.
    expect(rows[0]?.availability).toBeCloseTo((6 + 5) / 12, 3);
  });

  test('a budget counts what was ordered this month, a truck is as full as its nearest minimum', async () => {
    const row = async (panel: string): Promise<Record<string, unknown> | undefined> => {
      const text = queries.find(({ name }) => name === `Orders and suppliers: ${panel}`)?.text ?? '';
      return (await client.query<Record<string, unknown>>(expandSql(text, CHOICES, RANGE))).rows[0];
    };
    // 8 packs at 25.00; the other orders have no price.
    expect(await row('Budgets')).toMatchObject({ budget: 'plant', spent: 200, used: 0.4 });
    // 200.00 of 500.00, 8 of 10 packs.
    expect(await row('Trucks that are being filled')).toMatchObject({ lines: '1', units: 8, full: 0.8 });
  });

  test('no dashboard shows a row of another tenant', async () => {
    const shown: { name: string; values: unknown[] }[] = [];
    for (const { name, text } of ofType(POSTGRESQL.type)) {
      if (name.startsWith('alert:') || name.endsWith('$tenant')) continue;
      const foreign = expandSql(text, { ...CHOICES, tenant: 'nobody' }, RANGE);
      const { rows } = await client.query<Record<string, unknown>>(foreign);
      // Counts of nothing are 0, a share of nothing is 0 or 1; everything else would be somebody's.
      const values = rows.flatMap((row) => Object.values(row));
      shown.push({ name, values: values.filter((value) => value !== null && ![0, 1].includes(Number(value))) });
    }
    expect(shown.filter(({ values }) => values.length > 0)).toEqual([]);
  });
});

describe('metrics', () => {
  test.each(ofType(PROMETHEUS.type))('$name names metrics and labels of the contract', ({ text }) => {
    if (text === ANSWERS) return;
    const names = [...text.matchAll(/shelfwire_\w+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, ''));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(Object.keys(METRICS)).toContain(name);
    const labels = [...text.matchAll(/by \(([^)]*)\)|\{(\w+)=/g)]
      .flatMap(([, by, matched]) => (by ?? matched ?? '').split(/,\s*/))
      .filter((label) => !['le', 'instance'].includes(label));
    const known = names.flatMap((name) => [...METRICS[name as keyof typeof METRICS].labelNames] as string[]);
    for (const label of labels) expect(known).toContain(label);
  });

  describe.runIf(needs('victoria-metrics'))('PromQL on a real server', () => {
    let server: VictoriaMetricsServer;

    beforeAll(async () => {
      server = await VictoriaMetricsServer.start();
      await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: sampleMetrics() });
      await fetch(`${server.url}/internal/force_flush`);
    });
    afterAll(() => server.close());

    test.each(ofType(PROMETHEUS.type))('$name answers', async ({ text }) => {
      const parameters = new URLSearchParams({ query: expandPromQl(text), time: String(NOW_MS / 1_000), nocache: '1' });
      const response = await fetch(`${server.url}/api/v1/query`, { method: 'POST', body: parameters });
      const answer = (await response.json()) as { status: string; data?: { result: unknown[] } };
      expect(answer.status).toBe('success');
      expect(answer.data?.result.length).toBeGreaterThan(0);
    });
  });
});

/** Two hours of every metric, one sample a minute, each label with a value. */
function sampleMetrics(): string {
  const lines = [`up{job="shelfwire",instance="i-1"} 1 ${NOW_MS}`];
  for (const [name, { type, labelNames }] of Object.entries(METRICS)) {
    const labels = labelNames.map((label) => `${label}="${label === 'outcome' ? 'unconfirmed' : 'some'}"`);
    for (let minute = 120; minute >= 0; minute -= 1) {
      const atMs = NOW_MS - minute * 60_000;
      const value = 10 * (121 - minute);
      const line = (suffix: string, more: string[]): string =>
        `${name}${suffix}{${[...labels, ...more, 'instance="i-1"'].join(',')}} ${value} ${atMs}`;
      if (type === 'histogram') lines.push(line('_bucket', ['le="0.1"']), line('_bucket', ['le="+Inf"']));
      else lines.push(line('', []));
    }
  }
  return lines.join('\n');
}
