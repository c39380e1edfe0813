import { afterEach, beforeEach, expect, test } from 'vitest';

import { ScriptedInflux } from '../../testing/scripted-influx.ts';
import { InfluxStore } from './influxdb-store.ts';

let server: ScriptedInflux;
let store: InfluxStore;
const asked: { url: URL; accept: string | undefined }[] = [];
beforeEach(async () => {
  asked.length = 0;
  server = await ScriptedInflux.start();
  store = new InfluxStore({
    url: server.url,
    token: 't',
    org: 'o',
    bucket: 'b',
    tenantBuckets: 'shared',
    instance: 'ingest',
    readBy: 'influxql',
    requestTimeoutMs: 1_000,
  });
});
afterEach(async () => {
  await store.close();
  await server.close();
});

/** The series that a question is answered with, by the measurement it asks. */
function answerWith(seriesOf: (influxQl: string) => object[]): void {
  server.answer = (_lines, _number, request) => {
    const url = new URL(request.url ?? '', server.url);
    asked.push({ url, accept: request.headers.accept });
    return { status: 200, body: { results: [{ statement_id: 0, series: seriesOf(url.searchParams.get('q') ?? '') }] } };
  };
}

const WEIGHTS = {
  measurement: 'reading',
  field: 'netGrams',
  tags: { tenantId: 't', siteId: 's', deviceId: 'd' },
  fromMs: 0,
  toMs: 1_000,
  limit: 10,
} as const;

test('3.x: sensors are told apart though their tags come as columns', async () => {
  const columns = ['time', 'deviceId', 'sensorId', 'kind', 'value'];
  const values = [
    [5_000, 'scale-1', '', 'weight', 7],
    [9_000, 'scale-2', 'probe', 'level', 8],
  ];
  answerWith((influxQl) => (influxQl.includes('"device_health"') ? [] : [{ name: 'reading', columns, values }]));
  expect(await store.sensors({ tenantId: 't', siteId: 's' })).toEqual([
    { measurement: 'reading', deviceId: 'scale-1', sensorId: null, kind: 'weight', lastAtMs: 5_000 },
    { measurement: 'reading', deviceId: 'scale-2', sensorId: 'probe', kind: 'level', lastAtMs: 9_000 },
  ]);
});

test('3.x: a question is one statement, asks for milliseconds, and accepts one type', async () => {
  answerWith(() => [{ name: 'reading', columns: ['time', 'value'], values: [[1, 2.5]] }]);
  expect(await store.series(WEIGHTS)).toEqual([[1, 2.5]]);
  expect(asked.map(({ accept }) => accept)).toEqual(['application/json']);
  expect(asked[0]?.url.searchParams.get('epoch')).toBe('ms');
  expect(asked[0]?.url.searchParams.get('q')).not.toContain(';');
});

test('an answer that the server cut off is an error, and no gap', async () => {
  answerWith(() => [{ name: 'reading', columns: ['time', 'value'], values: [[1, 2]], partial: true }]);
  await expect(store.series(WEIGHTS)).rejects.toMatchObject({ code: 'STORE_QUERY_FAILED' });
});

test.each([
  ['database not found: b', 'STORE_NOT_FOUND'],
  ['default retention policy not set for: b', 'STORE_NOT_FOUND'],
  ['insufficient permissions', 'STORE_ACCESS_DENIED'],
  ['not implemented: SHOW SERIES CARDINALITY', 'STORE_QUERY_FAILED'],
])('2.x: “%s” within an answer of 200 is %s', async (error, code) => {
  server.answer = () => ({ status: 200, body: { results: [{ statement_id: 0, error }] } });
  await expect(store.series(WEIGHTS)).rejects.toMatchObject({ code });
});

test('a question that is answered by nothing at all is an error, and no gap', async () => {
  server.answer = () => ({ status: 200, body: '' });
  await expect(store.series(WEIGHTS)).rejects.toMatchObject({ code: 'STORE_QUERY_FAILED' });
});
