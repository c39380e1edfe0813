import { telemetryAggregateSchema, telemetryQuerySchema, type TelemetryAggregate } from '@shelfwire/contract/api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { TelemetryPoint } from '../points/point.ts';
import type { StoreUnderTest } from '../store/telemetry-store.conformance.ts';
import type { TelemetryStore } from '../store/telemetry-store.ts';
import { readSeries } from './history.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Everything stands at multiples of it, so that a mean over time can be counted tick by tick. */
const TICK_MS = 20_000;
/** The night in which Europe's clocks go forward: buckets stand at hours since 1970 all the same. */
const START_MS = Date.UTC(2026, 2, 28, 20);
const KEEP = { rawMs: 900 * DAY_MS, downsampledMs: 900 * DAY_MS };

interface Reading {
  tick: number;
  sensorId: 'left' | 'right';
  netGrams: number;
}

const tick = fc.integer({ min: 0, max: (16 * HOUR_MS) / TICK_MS });
const readings = fc.oneof(
  fc.array(tick, { minLength: 1, maxLength: 20 }),
  // A sensor that speaks all the time for a while, whose hours have no gaps.
  fc
    .record({ from: tick, every: fc.integer({ min: 2, max: 90 }), count: fc.integer({ min: 1, max: 200 }) })
    .map(({ from, every, count }) => Array.from({ length: count }, (_, index) => from + index * every)),
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('write' as const), readings, isLeft: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('maintain' as const), atTick: tick }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);
const question = fc.record({
  fromTick: tick,
  ticks: fc.integer({ min: 10, max: 4_000 }),
  stepMs: fc.constantFrom(HOUR_MS, 2 * HOUR_MS, 5 * HOUR_MS, DAY_MS, 900_000),
  holdMs: fc.constantFrom(TICK_MS * 3, 900_000, 2 * HOUR_MS),
  isLeftOnly: fc.boolean(),
});

/**
 * Every answer of the history is what a naive reckoning from all readings gives, whatever is late, repeated, silent,
 * downsampled or restarted meanwhile, and wherever a range begins and ends.
 */
export function describeHistory(
  name: string,
  prepare: () => Promise<StoreUnderTest>,
  numRuns = Number(process.env['SHELFWIRE_TEST_RUNS'] ?? 8),
): void {
  let place: StoreUnderTest;
  let store: TelemetryStore;
  beforeAll(async () => {
    place = await prepare();
    store = await place.open();
  });
  afterAll(async () => {
    await store.close();
    await place.cleanUp();
  });

  test(`${name}: the history is what a naive reckoning gives, whatever comes late, falls silent or restarts`, async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 7 }), question, async (steps, asked) => {
        const startMs = START_MS + run++ * 10 * DAY_MS; // each run has days of its own in one store
        const written = new Map<number, Reading>();
        for (const one of steps) {
          if (one.kind === 'write') {
            const fresh = one.readings
              .map((at) => toReading(at, one.isLeft))
              .filter(({ tick: at }) => !written.has(at));
            for (const reading of fresh) written.set(reading.tick, reading);
            await store.write(fresh.map((reading) => toPoint(reading, startMs)));
          } else if (one.kind === 'maintain') await store.maintain(KEEP, startMs + one.atTick * TICK_MS);
          else {
            await store.close();
            store = await place.open();
          }
        }
        const known = [...written.values()].filter(({ sensorId }) => !asked.isLeftOnly || sensorId === 'left');
        for (const aggregate of telemetryAggregateSchema.options) {
          await expectNaive(store, aggregate, known, { ...asked, startMs });
        }
      }),
      { numRuns },
    );
  }, 120_000);
}

interface Asked {
  fromTick: number;
  ticks: number;
  startMs: number;
  stepMs: number;
  holdMs: number;
  isLeftOnly: boolean;
}

async function expectNaive(
  store: TelemetryStore,
  aggregate: TelemetryAggregate,
  known: readonly Reading[],
  asked: Asked,
): Promise<void> {
  const { fromTick, ticks, startMs, stepMs, holdMs, isLeftOnly } = asked;
  const query = telemetryQuerySchema.parse({
    siteId: 's',
    deviceId: 'd',
    ...(isLeftOnly ? { sensorId: 'left' } : {}),
    field: 'netGrams',
    aggregate,
    stepMs,
    holdMs,
    fromMs: startMs + fromTick * TICK_MS,
    toMs: startMs + (fromTick + ticks) * TICK_MS,
  });
  const { points } = await readSeries(store, 't', query);
  const right = naive(aggregate, known, asked);
  expect([aggregate, points.map(([atMs]) => atMs)]).toEqual([aggregate, right.map(([atMs]) => atMs)]);
  for (const [index, [atMs, value]] of points.entries()) {
    const expected = right[index]?.[1] ?? null;
    if (value === null || expected === null) expect([aggregate, atMs, value]).toEqual([aggregate, atMs, expected]);
    else expect(Math.abs(value - expected), `${aggregate} at ${atMs}`).toBeLessThan(1e-6);
  }
}

function toReading(at: number, isLeft: boolean): Reading {
  return { tick: at, sensorId: isLeft ? 'left' : 'right', netGrams: (at * 37) % 101 };
}

function toPoint({ tick: at, sensorId, netGrams }: Reading, startMs: number): TelemetryPoint {
  const tags = { tenantId: 't', siteId: 's', gatewayId: 'g', deviceId: 'd', kind: 'weight' };
  return {
    measurement: 'reading',
    atMs: startMs + at * TICK_MS,
    nanosOfMs: 1,
    tags: { ...tags, sensorId, quality: at % 3 === 0 ? 'good' : 'unstable' },
    fields: { netGrams, sequence: at },
  };
}

/** By the book: all readings, bucket by bucket; a mean over time by asking at each tick what held. */
function naive(
  aggregate: TelemetryAggregate,
  known: readonly Reading[],
  { fromTick, ticks, startMs, stepMs, holdMs }: Asked,
): [atMs: number, value: number | null][] {
  const sorted = known.toSorted((a, b) => a.tick - b.tick);
  const values = new Map<number, number[]>();
  let next = 0;
  for (let at = fromTick; at < fromTick + ticks; at++) {
    while ((sorted[next]?.tick ?? Number.POSITIVE_INFINITY) <= at) next++;
    const atMs = startMs + at * TICK_MS;
    const bucket = values.get(atMs - (atMs % stepMs)) ?? [];
    values.set(atMs - (atMs % stepMs), bucket);
    const latest = sorted[next - 1];
    const heldMs = latest === undefined ? Number.POSITIVE_INFINITY : (at - latest.tick) * TICK_MS;
    const counts = aggregate === 'timeWeightedMean' ? heldMs < holdMs : heldMs === 0;
    if (latest && counts) bucket.push(latest.netGrams);
  }
  return [...values].map(([atMs, bucket]) => [atMs, bucket.length === 0 ? null : ofBucket(aggregate, bucket)]);
}

function ofBucket(aggregate: TelemetryAggregate, values: readonly number[]): number {
  switch (aggregate) {
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'last':
      return values.at(-1) ?? Number.NaN;
    case 'count':
      return values.length;
    default:
      return values.reduce((sum, value) => sum + value, 0) / values.length;
  }
}
