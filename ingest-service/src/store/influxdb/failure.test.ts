import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { StoreAwayError } from '../../errors.ts';
import type { TelemetryPoint } from '../../points/point.ts';
import { ScriptedInflux, type Answer } from '../../testing/scripted-influx.ts';
import { InfluxStore } from './influxdb-store.ts';
import { encodeLine } from './line-protocol.ts';

const SETTINGS = {
  org: 'o',
  bucket: 'b',
  tenantBuckets: 'shared',
  instance: 'ingest',
  readBy: 'influxql',
  requestTimeoutMs: 300,
} as const;
let server: ScriptedInflux;
let store: InfluxStore;
beforeEach(async () => {
  server = await ScriptedInflux.start();
  store = new InfluxStore({ url: server.url, token: 't', ...SETTINGS });
});
afterEach(async () => {
  await store.close();
  await server.close();
});

function points(count: number): TelemetryPoint[] {
  return Array.from({ length: count }, (_, index) => ({
    measurement: 'reading',
    atMs: 1_790_000_000_000 + index,
    nanosOfMs: index,
    tags: { tenantId: 't', deviceId: `d${index}` },
    fields: { netGrams: index },
  }));
}

/** Lines of readings that the database has; it also keeps marks of hours, which are none. */
function storedReadings(): string[] {
  return [...server.stored].filter((line) => line.startsWith('reading,')).sort();
}

async function failureOf(answer: Answer): Promise<StoreAwayError> {
  server.answer = () => answer;
  const error: unknown = await store.write(points(3)).then(
    () => 'was stored',
    (failure: unknown) => failure,
  );
  if (!(error instanceof StoreAwayError)) throw new Error(`not a StoreAwayError: ${String(error)}`);
  return error;
}

/** As a real 2.7.12 says them (influxdb-2-answers.containers.test.ts asks one); 413, 429 and 503 come of what stands before it. */
const SAYS = {
  400: "unable to parse 'reading,deviceId=d1 x': missing fields",
  401: 'unauthorized access',
  403: 'insufficient permissions for write',
  422: 'failure writing points to database: partial write: field type conflict: input field "netGrams" on measurement "reading" is type integer, already exists as type float dropped=1',
} as const;

describe('a write that InfluxDB answers with', () => {
  test('400 or 422 is halved until the bad points stand alone; all others are stored', async () => {
    const refusals = fc.constantFrom(400 as const, 422 as const);
    const flags = fc.infiniteStream(fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), flags, refusals, async (count, isBad, status) => {
        server.stored.clear();
        const all = points(count);
        const bad = new Set(all.flatMap((_, index) => (isBad.next().value ? [`d${index}`] : [])));
        const deviceOf = (line: string): string => /deviceId=(\w+)/.exec(line)?.[1] ?? '';
        server.answer = (lines) => {
          const refused = lines.filter((line) => bad.has(deviceOf(line)));
          return refused.length === 0 ? { status: 204 } : { status, body: { message: SAYS[status] } };
        };
        const { rejected } = await store.write(all);
        expect(rejected.map(({ index }) => `d${index}`)).toEqual([...bad]);
        expect(rejected.every(({ reason }) => reason === SAYS[status])).toBe(true);
        expect(storedReadings().map(deviceOf).sort()).toEqual(
          all
            .map((_, index) => `d${index}`)
            .filter((device) => !bad.has(device))
            .sort(),
        );
      }),
      { numRuns: 25 },
    );
  });

  test('422 is about the points, as 400 is', async () => {
    server.answer = (lines) => ({ status: lines.some((line) => line.includes('deviceId=d1,')) ? 422 : 204 });
    expect((await store.write(points(3))).rejected.map(({ index }) => index)).toEqual([1]);
    expect(storedReadings()).toHaveLength(2);
  });

  test('a failure takes the mark of the hour with it: the next write says it again', async () => {
    const marks: number[] = [];
    const answers = [503, 204, 204];
    server.answer = (lines) => {
      marks.push(lines.filter((line) => line.startsWith('hour_mark')).length);
      return { status: answers[marks.length - 1] ?? 204 };
    };
    await expect(store.write(points(1))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await store.write(points(1));
    // Now the database has it.
    await store.write(points(1));
    expect(marks).toEqual([1, 1, 0]);
  });

  test('413 is split until the parts are small enough', async () => {
    server.answer = (lines) => ({ status: lines.length > 10 ? 413 : 204 });
    const all = points(100);
    expect(await store.write(all)).toEqual({ rejected: [] });
    expect(storedReadings()).toEqual(all.map(encodeLine).sort());
  });

  test.each([429, 503])('%i is tried again after Retry-After, which is in seconds', async (status) => {
    const error = await failureOf({ status, headers: { 'retry-after': '3' } });
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', retryAfterMs: 3_000 });
  });

  test('503 with a wish to be left alone for a day is asked after five minutes', async () => {
    const error = await failureOf({ status: 503, headers: { 'retry-after': '86400' } });
    expect(error).toMatchObject({ retryAfterMs: 300_000 });
  });

  test('503 with a date in Retry-After is tried again at that date', async () => {
    const inOneMinute = new Date(Date.now() + 60_000).toUTCString();
    const { retryAfterMs } = await failureOf({ status: 503, headers: { 'retry-after': inOneMinute } });
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  test.each([401, 403] as const)('%i holds the readings: a person must correct the token', async (status) => {
    const error = await failureOf({ status, body: { message: SAYS[status] } });
    expect(error).toMatchObject({ code: 'STORE_ACCESS_DENIED', message: expect.stringContaining(SAYS[status]) });
  });

  test('404 holds the readings: the bucket is missing', async () => {
    expect(await failureOf({ status: 404 })).toMatchObject({ code: 'STORE_NOT_FOUND' });
  });

  test.each([408, 500, 502, 504, 302])('%i is tried again', async (status) => {
    expect(await failureOf({ status })).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
  });

  test('500 for want of disk is tried again, and calls for a person', async () => {
    const body = { error: 'engine: error writing WAL entry: write /wal/_00120.wal: no space left on device' };
    expect(await failureOf({ status: 500, body })).toMatchObject({ code: 'STORE_DISK_FULL', retryable: true });
  });

  test('201, a partial write, is never taken for success', async () => {
    server.answer = (lines) => ({ status: lines.length === 1 && !lines[0]?.includes('d2') ? 204 : 201 });
    expect((await store.write(points(4))).rejected.map(({ index }) => index)).toEqual([2]);
    expect(storedReadings()).toHaveLength(3);
  });

  test.each(['cut before the answer', 'cut inside the answer', 'never answer'] as const)(
    'nothing (%s) is not success, and the same write again is',
    async (answer) => {
      expect(await failureOf(answer)).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      server.answer = () => ({ status: 204 });
      expect(await store.write(points(3))).toEqual({ rejected: [] });
      expect(storedReadings()).toHaveLength(3);
    },
  );
});

test('a store that is closed waits for the writes under way, and they know what became of them', async () => {
  const arrived = Promise.withResolvers<void>();
  server.answer = () => {
    arrived.resolve();
    return { status: 204 };
  };
  const order: string[] = [];
  const writing = store.write(points(3)).then(({ rejected }) => order.push(`written, ${rejected.length} rejected`));
  await arrived.promise;
  await store.close().then(() => order.push('closed'));
  await writing;
  expect(order).toEqual(['written, 0 rejected', 'closed']);
});

test('a server that is not there is away', async () => {
  const { url } = server;
  await server.close();
  const gone = new InfluxStore({ url, token: 't', ...SETTINGS });
  await expect(gone.write(points(1))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await expect(gone.check()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await gone.close();
  server = await ScriptedInflux.start();
});
