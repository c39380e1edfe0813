import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { TelemetryPoint } from '../../points/point.ts';
import type { BucketsRequest, StoreAggregate } from '../telemetry-store.ts';
import { DuckStore } from './duckdb-store.ts';
import { HOUR_MS } from '../hours/split-range.ts';

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
  store = await DuckStore.open({ file: join(folder, 'telemetry.duckdb'), memoryLimitMb: 256, readingsPerStep: 1_000 });
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

function question(aggregate: StoreAggregate, hours: { from: number; to: number; step: number }): BucketsRequest {
  return {
    measurement: 'reading',
    field: 'netGrams',
    tags: { tenantId: 't', siteId: 's', deviceId: 'd' },
    fromMs: START_MS + hours.from * HOUR_MS,
    toMs: START_MS + hours.to * HOUR_MS,
    stepMs: hours.step * HOUR_MS,
    aggregates: [aggregate],
    limit: 10_000,
  };
}

async function bucketsOf(request: BucketsRequest): Promise<number[][]> {
  return (await store.buckets(request)).map((row) => [...row]);
}

test('raw readings go when they are old; their hours stay, and a very late reading does not spoil them', async () => {
  const nowMs = START_MS + 200 * DAY_MS;
  await store.write([weight(START_MS, 10), weight(START_MS + 60_000, 30), weight(nowMs - DAY_MS, 5)]);
  await store.maintain(KEEP, nowMs);
  const raw = question('mean', { from: 0, to: 1, step: 1 });
  expect(await store.series(raw)).toEqual([]);
  const hour = question('mean', { from: 0, to: 24, step: 24 });
  expect(await bucketsOf(hour)).toEqual([[START_MS, 20]]);
  await store.write([weight(START_MS + 120_000, 1_000)]);
  expect(await bucketsOf(hour)).toEqual([[START_MS, 20]]); // also before the next run
  await store.close();
  await open();
  expect(await bucketsOf(hour)).toEqual([[START_MS, 20]]);
  await store.maintain(KEEP, nowMs);
  expect(await bucketsOf(hour)).toEqual([[START_MS, 20]]);
  await store.maintain(KEEP, nowMs + 800 * DAY_MS);
  expect(await bucketsOf(hour)).toEqual([]);
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
  expect(await store.series(raw)).toHaveLength(2);
  await store.maintain(KEEP, START_MS + HOUR_MS + KEEP.rawMs);
  expect(await store.series(raw)).toEqual([]);
  expect(await bucketsOf(question('mean', { from: 0, to: 1, step: 1 }))).toEqual([[START_MS, 20]]);
});

test('an hour too large for one step is computed in several, beside writes that make it wait again', async () => {
  const write = (from: number, count: number): Promise<unknown> => {
    const points = Array.from({ length: count }, (_, index): TelemetryPoint => {
      const point = weight(START_MS + Math.floor((from + index) / 200), index % 7);
      return { ...point, nanosOfMs: index, tags: { ...point.tags, deviceId: `d${index % 5}` } };
    });
    return store.write(points);
  };
  await write(0, 6_000);
  const maintained = store.maintain(KEEP, START_MS + DAY_MS);
  for (let from = 10_000; from < 20_000; from += 1_000) await write(from, 100);
  await maintained;
  const count = async (): Promise<number[][]> =>
    bucketsOf({ ...question('count', { from: 0, to: 1, step: 1 }), tags: { tenantId: 't', siteId: 's' } });
  expect(await count()).toEqual([[START_MS, 7_000]]);
  await store.maintain(KEEP, START_MS + DAY_MS);
  expect(await count()).toEqual([[START_MS, 7_000]]);
});
