import { readingSchema } from '@shelfwire/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Sample } from '../decode/sample.ts';
import { siteWith, START_MS } from './test-feed.ts';

const anySample: fc.Arbitrary<Sample> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('weight' as const),
      grams: fc.double(),
      stability: fc.constantFrom('stable' as const, 'unstable' as const, 'unknown' as const),
      isNet: fc.boolean(),
      observedAtMs: fc.oneof(fc.double(), fc.integer({ min: START_MS - 100_000, max: START_MS + 100_000 })),
      historical: fc.boolean(),
      sensorId: fc.string(),
    },
    { requiredKeys: ['kind', 'grams', 'stability'] },
  ),
  fc.record({
    kind: fc.constant('range' as const),
    condition: fc.constantFrom('overload' as const, 'underload' as const),
  }),
  fc.record({ kind: fc.constant('raw' as const), counts: fc.double() }),
  fc.record(
    { kind: fc.constant('level' as const), distanceMm: fc.double(), fillRatio: fc.double() },
    { requiredKeys: ['kind'] },
  ),
  fc.record(
    {
      kind: fc.constant('tag' as const),
      epcHex: fc.constantFrom('3034257BF7194E4000001A85', 'e2801160', 'zz', ''),
      antenna: fc.oneof(fc.integer(), fc.double()),
      rssiDbm: fc.double(),
    },
    { requiredKeys: ['kind', 'epcHex'] },
  ),
  fc.record({ kind: fc.constant('count' as const), pieces: fc.double() }),
  fc.record({ kind: fc.constant('button' as const), action: fc.constantFrom('order' as const, 'delivered' as const) }),
  fc.record(
    {
      kind: fc.constant('health' as const),
      batteryRatio: fc.double(),
      batteryVolts: fc.double(),
      linkDbm: fc.double(),
      temperatureC: fc.double(),
    },
    { requiredKeys: ['kind'] },
  ),
);

describe('whatever comes in', () => {
  const frames = fc.array(
    fc.record({
      samples: fc.array(anySample, { maxLength: 4 }),
      receivedAtMs: fc.oneof(
        fc.integer({ min: START_MS, max: START_MS + 1_000_000 }),
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
      ),
      retained: fc.boolean(),
    }),
    { maxLength: 40 },
  );

  test('every reading that leaves is valid by the contract', () => {
    fc.assert(
      fc.property(frames, (sequence) => {
        const site = siteWith({ filter: { maxGrams: 30_000, minGrams: -50 }, zeroTracking: { divisionGrams: 1 } });
        for (const { samples, ...frame } of sequence) {
          const readings = [...site.normalize('device-1', samples, frame), ...site.tick(frame.receivedAtMs + 500)];
          for (const reading of readings) expect(readingSchema.safeParse(reading).error).toBeUndefined();
        }
      }),
    );
  });

  test('every sample is a reading or is counted with its reason', () => {
    fc.assert(
      fc.property(frames, (sequence) => {
        const site = siteWith();
        for (const { samples, ...frame } of sequence) {
          const before = structuredClone(site.counts);
          const readings = site.normalize('device-1', samples, frame);
          const suppressed = sum(site.counts.suppressed) - sum(before.suppressed);
          expect(site.counts.samples - before.samples).toBe(samples.length);
          expect(readings.length + suppressed).toBeGreaterThanOrEqual(samples.length);
          expect(site.counts.readings - before.readings).toBe(readings.length);
        }
      }),
    );
  });
});

function sum(counts: Partial<Record<string, number>>): number {
  return Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0);
}
