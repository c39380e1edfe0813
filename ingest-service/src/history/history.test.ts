import { telemetryQuerySchema, telemetrySeriesSchema, telemetrySetQuerySchema } from '@shelfwire/contract/api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { TelemetryPoint } from '../points/point.ts';
import { DuckStore } from '../store/duckdb/duckdb-store.ts';
import { readingAsStretch } from '../store/hours/stretches.ts';
import type { SeriesPair } from '../store/telemetry-store.ts';
import { firstBucketMs, withGaps } from './buckets.ts';
import { readSeries, readSeriesSet } from './history.ts';
import { lttb } from './lttb.ts';
import { timeWeightedMeans } from './time-weighted-mean.ts';

type Range = Parameters<typeof timeWeightedMeans>[1];
const meansOf = (pairs: readonly SeriesPair[], range: Range): SeriesPair[] =>
  timeWeightedMeans(pairs.map(readingAsStretch), range);

const START_MS = Date.UTC(2026, 0, 5, 8);

describe('time-weighted mean', () => {
  const range = { fromMs: 0, toMs: 30_000, stepMs: 10_000, holdMs: 60_000 };

  test('a value counts by how long it held, not by how often it was sent', () => {
    const pairs: SeriesPair[] = [
      [0, 100],
      [9_000, 0],
      [9_300, 0],
      [9_600, 0],
      [10_000, 50],
    ];
    expect(meansOf(pairs, range)).toEqual([
      [0, 90],
      [10_000, 50],
      [20_000, 50],
    ]);
  });

  test('what held before the range counts in its first bucket', () => {
    expect(
      meansOf(
        [
          [-20_000, 10],
          [5_000, 20],
        ],
        range,
      )[0],
    ).toEqual([0, 15]);
  });

  test('a sensor that fell silent is a gap after the hold', () => {
    expect(meansOf([[0, 10]], { ...range, holdMs: 12_000 })).toEqual([
      [0, 10],
      [10_000, 10],
    ]);
    expect(withGaps(meansOf([[0, 10]], { ...range, holdMs: 9_000 }), range)).toEqual([
      [0, 10],
      [10_000, null],
      [20_000, null],
    ]);
  });

  test('it lies between the least and the greatest value, and is the value where all are equal', () => {
    const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 29_999 }), fc.integer({ min: -50, max: 50 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(pairs, (some) => {
        const sorted = some.toSorted((a, b) => a[0] - b[0]);
        const values = sorted.map(([, value]) => value);
        for (const [, mean] of meansOf(sorted, range)) {
          expect(mean).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
          expect(mean).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
        }
      }),
    );
  });
});

describe('LTTB', () => {
  test('keeps ends, order and number, and invents nothing', () => {
    const pairs = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { maxLength: 500 });
    fc.assert(
      fc.property(pairs, fc.integer({ min: 3, max: 100 }), (values, pointsMax) => {
        const all = values.map((value, index): SeriesPair => [index * 10, value]);
        const kept = lttb(all, pointsMax);
        expect(kept).toHaveLength(Math.min(all.length, pointsMax));
        expect(kept[0]).toEqual(all[0]);
        expect(kept.at(-1)).toEqual(all.at(-1));
        expect(new Set(kept.map(([atMs]) => atMs)).size).toBe(kept.length);
        for (const [atMs, value] of kept) expect(value).toBe(values[atMs / 10]);
        expect(kept.map(([atMs]) => atMs)).toEqual(kept.map(([atMs]) => atMs).toSorted((a, b) => a - b));
      }),
    );
  });

  test('keeps the one spike in a thousand equal values', () => {
    const pairs = Array.from({ length: 1_000 }, (_, index): SeriesPair => [index, index === 617 ? 99 : 5]);
    expect(lttb(pairs, 20)).toContainEqual([617, 99]);
  });
});

test('buckets stand at multiples of their width since 1970', () => {
  expect(firstBucketMs(START_MS + 59_999, 60_000)).toBe(START_MS);
  expect(firstBucketMs(START_MS, 60_000)).toBe(START_MS);
});

describe('a question to the history', () => {
  let store: DuckStore;
  const tags = { tenantId: 't', siteId: 's', gatewayId: 'g', deviceId: 'd', kind: 'weight', quality: 'good' };
  const weight = (second: number, netGrams: number): TelemetryPoint => ({
    measurement: 'reading',
    atMs: START_MS + second * 1_000,
    nanosOfMs: second % 1_000_000,
    tags,
    fields: { netGrams, grossGrams: netGrams + 10, sequence: second + 1 },
  });
  const query = (more: object) =>
    telemetryQuerySchema.parse({
      siteId: 's',
      deviceId: 'd',
      field: 'netGrams',
      fromMs: START_MS,
      toMs: START_MS + 40_000_000,
      ...more,
    });
  beforeAll(async () => {
    store = await DuckStore.open({ file: ':memory:', memoryLimitMb: 256 });
    const points = Array.from({ length: 30_000 }, (_, second) =>
      weight(second, second === 17_000 ? 9_999 : second % 100),
    );
    await store.write(points);
  });
  afterAll(() => store.close());

  test('without a step gives the readings themselves, and says when there are more', async () => {
    const answer = await readSeries(store, 't', query({ limit: 10 }));
    expect(telemetrySeriesSchema.parse(answer)).toMatchObject({ aggregate: null, stepMs: null, truncated: true });
    expect(answer.points).toHaveLength(10);
  });

  test('for a chart’s width keeps its extremes, with few readings and with many', async () => {
    const few = await readSeries(
      store,
      't',
      query({ fromMs: START_MS + 10_000_000, toMs: START_MS + 20_000_000, maxPoints: 300 }),
    );
    expect(telemetrySeriesSchema.parse(few)).toMatchObject({ downsampled: 'lttb', truncated: false });
    expect(few.points).toHaveLength(300);
    expect(few.points).toContainEqual([START_MS + 17_000_000, 9_999]);
    const many = await readSeries(store, 't', query({ maxPoints: 300 }));
    expect(telemetrySeriesSchema.parse(many)).toMatchObject({ downsampled: 'min-max', truncated: false });
    expect(many.points.length).toBeLessThanOrEqual(300);
    const values = many.points.map(([, value]) => value ?? 0);
    expect([Math.min(...values), Math.max(...values)]).toEqual([0, 9_999]);
    expect(many.points.at(-1)?.[1]).toBeNull(); // the readings end before the range does
  });

  test('for a chart of weeks answers from whole hours, unless the sensor seldom speaks', async () => {
    const busy = await readSeries(store, 't', query({ maxPoints: 10 }));
    expect(busy).toMatchObject({ downsampled: 'min-max', stepMs: 3 * 3_600_000 });
    const values = busy.points.map(([, value]) => value ?? 0);
    expect([Math.min(...values), Math.max(...values)]).toEqual([0, 9_999]);

    const at = [0, 700_003, 2_000_001];
    await store.write(at.map((second) => ({ ...weight(second, second), tags: { ...tags, deviceId: 'seldom' } })));
    const seldom = await readSeries(
      store,
      't',
      query({ deviceId: 'seldom', toMs: START_MS + 30 * 86_400_000, maxPoints: 300 }),
    );
    expect(seldom.points).toEqual(at.map((second) => [START_MS + second * 1_000, second]));
  });

  test('for the time-weighted mean counts what held before', async () => {
    const range = { fromMs: START_MS + 29_999_000, toMs: START_MS + 30_010_000, stepMs: 1_000 };
    const answer = await readSeries(store, 't', query({ ...range, aggregate: 'timeWeightedMean', holdMs: 5_000 }));
    expect(answer.points.map(([, value]) => value)).toEqual([99, 99, 99, 99, 99, null, null, null, null, null, null]);
  });

  test('for several series answers in their order, each from its own field', async () => {
    const parsed = telemetrySetQuerySchema.parse({
      siteId: 's',
      series: ['d/grossGrams', 'd/netGrams', 'other/probe/temperatureC'],
      fromMs: START_MS,
      toMs: START_MS + 10_000,
      stepMs: 10_000,
    });
    const { items } = await readSeriesSet(store, 't', parsed);
    expect(items.map(({ field, points }) => [field, points[0]?.[1]])).toEqual([
      ['grossGrams', 14.5],
      ['netGrams', 4.5],
      ['temperatureC', null],
    ]);
    expect(telemetrySetQuerySchema.safeParse({ ...parsed, series: 'd' }).success).toBe(false);
    expect(telemetrySetQuerySchema.safeParse({ ...parsed, series: 'd/e/f/netGrams' }).success).toBe(false);
  });
});
