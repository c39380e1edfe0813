import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { TelemetryPoint } from '../../points/point.ts';
import type { SeriesRequest, StoreAggregate } from '../telemetry-store.ts';
import { DuckStore } from './duckdb-store.ts';
import { HOUR_MS } from './rollup.ts';

const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2026, 0, 5);
const KEEP = { rawMs: 90 * DAY_MS, downsampledMs: 800 * DAY_MS };
let folder: string;
let store: DuckStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shelfwire-rollup-'));
  await open();
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(): Promise<void> {
  store = await DuckStore.open({ file: join(folder, 'telemetry.duckdb'), memoryLimitMb: 256 });
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

function question(aggregate: StoreAggregate, hours: { from: number; to: number; step: number }): SeriesRequest {
  return {
    measurement: 'reading',
    field: 'netGrams',
    tags: { tenantId: 't', siteId: 's', deviceId: 'd' },
    fromMs: START_MS + hours.from * HOUR_MS,
    toMs: START_MS + hours.to * HOUR_MS,
    bucket: { stepMs: hours.step * HOUR_MS, aggregate },
    limit: 10_000,
  };
}

/** The answer by the book, from all readings. */
function expected(readings: ReadonlyMap<number, number>, { fromMs, toMs, bucket }: SeriesRequest): [number, number][] {
  const stepMs = bucket?.stepMs ?? 1;
  const buckets = new Map<number, [number, number][]>();
  for (const [atMs, value] of [...readings].sort((a, b) => a[0] - b[0])) {
    if (atMs < fromMs || atMs >= toMs) continue;
    const start = Math.floor(atMs / stepMs) * stepMs;
    buckets.set(start, [...(buckets.get(start) ?? []), [atMs, value]]);
  }
  const value = (pairs: [number, number][]): number => {
    const values = pairs.map((pair) => pair[1]);
    const sum = values.reduce((a, b) => a + b, 0);
    const answers = {
      mean: sum / values.length,
      min: Math.min(...values),
      max: Math.max(...values),
      last: values.at(-1) ?? 0,
      count: values.length,
    };
    return answers[bucket?.aggregate ?? 'count'];
  };
  return [...buckets].map(([start, pairs]) => [start, value(pairs)]);
}

test('whole hours are the same from hourly values and raw readings, whatever comes late, repeats or restarts', async () => {
  const minute = fc.integer({ min: 0, max: 20 * 60 - 1 });
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('write' as const),
        minutes: fc.array(minute, { minLength: 1, maxLength: 30 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('maintain' as const), atMinute: minute }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  );
  const range = fc.record({
    from: fc.integer({ min: 0, max: 40 }),
    length: fc.integer({ min: 1, max: 60 }),
    step: fc.integer({ min: 1, max: 5 }),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), range, async (steps, asked) => {
      const shiftMs = run++ * 10 * DAY_MS; // each run has days of its own, in one file
      const readings = new Map<number, number>();
      for (const one of steps) {
        if (one.kind === 'write') {
          const points = one.minutes.map((at) => weight(START_MS + shiftMs + at * 60_000, (at * 7) % 100));
          for (const { atMs, fields } of points) readings.set(atMs, Number(fields['netGrams']));
          await store.write(points);
        } else if (one.kind === 'maintain') await store.maintain(KEEP, START_MS + shiftMs + one.atMinute * 60_000);
        else {
          await store.close();
          await open();
        }
      }
      // Also ranges that begin and end inside an hour.
      const from = asked.from / 2;
      for (const aggregate of ['mean', 'min', 'max', 'last', 'count'] as const) {
        const request = question(aggregate, { from, to: from + asked.length / 4, step: asked.step });
        const shifted = { ...request, fromMs: request.fromMs + shiftMs, toMs: request.toMs + shiftMs };
        const answer = await store.series(shifted);
        const right = expected(readings, shifted);
        expect(answer.map(([atMs]) => atMs)).toEqual(right.map(([atMs]) => atMs));
        for (const [index, [, value]] of answer.entries()) expect(value).toBeCloseTo(right[index]?.[1] ?? 0, 9);
      }
    }),
    { numRuns: 15 },
  );
});

test('raw readings go when they are old; their hours stay, and a very late reading does not spoil them', async () => {
  const nowMs = START_MS + 200 * DAY_MS;
  await store.write([weight(START_MS, 10), weight(START_MS + 60_000, 30), weight(nowMs - DAY_MS, 5)]);
  await store.maintain(KEEP, nowMs);
  const raw = { ...question('mean', { from: 0, to: 1, step: 1 }) };
  delete raw.bucket;
  expect(await store.series(raw)).toEqual([]);
  const hour = question('mean', { from: 0, to: 24, step: 24 });
  expect(await store.series(hour)).toEqual([[START_MS, 20]]);
  await store.write([weight(START_MS + 120_000, 1_000)]);
  expect(await store.series(hour)).toEqual([[START_MS, 20]]); // also before the next run
  await store.close();
  await open();
  expect(await store.series(hour)).toEqual([[START_MS, 20]]);
  await store.maintain(KEEP, nowMs);
  expect(await store.series(hour)).toEqual([[START_MS, 20]]);
  await store.maintain(KEEP, nowMs + 800 * DAY_MS);
  expect(await store.series(hour)).toEqual([]);
});

test('a range is exported to Parquet and CSV, of the own tenant and site only', async () => {
  const other = weight(START_MS + 1, 99);
  await store.write([
    weight(START_MS, 1.5),
    weight(START_MS + 1_000, 2.5),
    { ...other, tags: { ...other.tags, tenantId: "o'hara" } },
  ]);
  const request = {
    tenantId: 't',
    siteId: 's',
    measurement: 'reading',
    fromMs: START_MS,
    toMs: START_MS + 1_000,
  } as const;
  const parquet = join(folder, 'it’s.parquet');
  await store.exportTo({ ...request, format: 'parquet' }, parquet);
  const connection = await (await DuckDBInstance.create()).connect();
  const reader = await connection.runAndReadAll(`SELECT epoch_ms("at"), "deviceId", "netGrams" FROM '${parquet}'`);
  expect(reader.getRows()).toEqual([[BigInt(START_MS), 'd', 1.5]]);
  connection.closeSync();

  const csv = join(folder, 'readings.csv');
  await store.exportTo({ ...request, toMs: START_MS + 2_000, format: 'csv' }, csv);
  const [header = '', ...lines] = (await readFile(csv, 'utf8')).trim().split('\n');
  expect(header).toMatch(/^at,tenantId,siteId,.*netGrams/);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain('2026-01-05 00:00:00');
});

test('readings are deleted by whole hours, so that no hourly value is computed from a part of them', async () => {
  const readings = [weight(START_MS, 10), weight(START_MS + 40 * 60_000, 30)];
  await store.write(readings);
  await store.maintain(KEEP, START_MS + 30 * 60_000 + KEEP.rawMs); // the retention ends inside the hour
  const raw = question('count', { from: 0, to: 1, step: 1 });
  delete raw.bucket;
  expect(await store.series(raw)).toHaveLength(2);
  await store.maintain(KEEP, START_MS + HOUR_MS + KEEP.rawMs);
  expect(await store.series(raw)).toEqual([]);
  expect(await store.series(question('mean', { from: 0, to: 1, step: 1 }))).toEqual([[START_MS, 20]]);
});
