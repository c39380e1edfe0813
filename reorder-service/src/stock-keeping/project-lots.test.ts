import fc from 'fast-check';
import { expect, test } from 'vitest';

import { projectLots, type LevelChange, type ReceivedLot } from './project-lots.ts';

const DAY_MS = 86_400_000;
const lot = (
  lotId: string,
  receivedAtMs: number,
  quantity: number,
  expiresAtMs: number | null = null,
): ReceivedLot => ({
  lotId,
  receivedAtMs,
  quantity,
  expiresAtMs,
});
const left = (lots: ReceivedLot[], start: number, changes: [number, number][]): Record<string, number> =>
  Object.fromEntries(
    projectLots(
      lots,
      start,
      changes.map(([atMs, change]) => ({ atMs, change })),
    ),
  );

test('the first to expire is taken first, one that keeps last', () => {
  const lots = [lot('keeps', 1, 10), lot('late', 2, 10, 900), lot('soon', 3, 10, 500)];
  expect(
    left(lots, 0, [
      [1, 10],
      [2, 10],
      [3, 10],
      [4, -12],
    ]),
  ).toEqual({ soon: 0, late: 8, keeps: 10 });
});

test('a lot that is all taken before another comes does not come back', () => {
  const lots = [lot('first', 1, 10, 900), lot('second', 3, 10, 500)];
  expect(
    left(lots, 0, [
      [1, 10],
      [2, -10],
      [3, 10],
    ]),
  ).toEqual({ first: 0, second: 10 });
});

test('a lot told of before or after its goods labels them, and not what was there long before', () => {
  expect(left([lot('told', 10, 10)], 50, [[5, 10]])).toEqual({ told: 10 });
  expect(left([lot('told', 1, 10)], 50, [[5, 8]])).toEqual({ told: 8 });
  expect(left([lot('told', 10, 10)], 50, [])).toEqual({ told: 0 });
  expect(left([lot('told', 3 * DAY_MS, 10)], 0, [[1, 10]])).toEqual({ told: 0 });
});

test('lots are never more than was received of them, and together never more than is in the bin', () => {
  const anyLot = fc.record({
    receivedAtMs: fc.integer({ min: 0, max: 40 }),
    quantity: fc.integer({ min: 1, max: 30 }),
    expiresAtMs: fc.option(fc.integer({ min: 0, max: 100 })),
  });
  const anyChange = fc.record({ atMs: fc.integer({ min: 0, max: 40 }), change: fc.integer({ min: -20, max: 20 }) });
  fc.assert(
    fc.property(
      fc.array(anyLot, { maxLength: 5 }),
      fc.array(anyChange, { maxLength: 12 }),
      fc.nat(30),
      (lots, wanted, start) => {
        let onHand = start;
        const changes: LevelChange[] = [];
        for (const { atMs, change } of wanted.toSorted((a, b) => a.atMs - b.atMs)) {
          const possible = Math.max(-onHand, change);
          onHand += possible;
          changes.push({ atMs, change: possible });
        }
        const named = lots.map((each, i) => ({ ...each, lotId: `L${i}` }));
        const remaining = projectLots(named, start, changes);
        let sum = 0;
        for (const each of named) {
          const quantity = remaining.get(each.lotId) ?? Number.NaN;
          expect(quantity).toBeGreaterThanOrEqual(0);
          expect(quantity).toBeLessThanOrEqual(each.quantity);
          sum += quantity;
        }
        expect(sum).toBeLessThanOrEqual(onHand);
        // In whatever order the lots are told.
        expect(projectLots(named.toReversed(), start, changes)).toEqual(
          new Map([...remaining].toSorted(([a], [b]) => order(named, a) - order(named, b))),
        );
      },
    ),
    { numRuns: 10_000 },
  );
});

function order(lots: readonly ReceivedLot[], lotId: string): number {
  return lots.findIndex((each) => each.lotId === lotId);
}
