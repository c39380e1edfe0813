import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  HANDOUT_SETTLES_MS,
  SAID_LOOKED_BACK_MS,
  splitDemand,
  TAKEN_LOOKED_BACK_MS,
  takenAndNotSaid,
  type HandoutEvent,
} from './demand.ts';

const at = (kind: HandoutEvent['kind'], atMs: number, quantity: number): HandoutEvent => ({ kind, quantity, atMs });

test('what was taken is handed out until somebody says so, or until it must have been something else', () => {
  const taken = at('taken', 1_000, 10);
  expect(takenAndNotSaid([taken], 2_000)).toBe(10);
  expect(takenAndNotSaid([taken, at('said', 3_000, 4)], 4_000)).toBe(6);
  expect(takenAndNotSaid([taken, at('said', 3_000, 10)], 4_000)).toBe(0);
  expect(takenAndNotSaid([taken], 1_000 + HANDOUT_SETTLES_MS - 1)).toBe(10);
  expect(takenAndNotSaid([taken], 1_000 + HANDOUT_SETTLES_MS)).toBe(0);
});

test('what was said before it is seen is not taken twice; a taking that a late reading takes back is none', () => {
  expect(takenAndNotSaid([at('said', 1_000, 10), at('taken', 2_000, 10)], 3_000)).toBe(0);
  expect(takenAndNotSaid([at('said', 1_000, 10), at('taken', 2_000, 12)], 3_000)).toBe(2);
  expect(takenAndNotSaid([at('taken', 1_000, 10), at('taken', 1_500, -10)], 3_000)).toBe(0);
});

test('whoever is first, the sensor or the person, the position never counts a piece twice, and is right in the end', () => {
  const handout = fc.record({
    quantity: fc.integer({ min: 1, max: 20 }),
    takenAtMs: fc.integer({ min: 0, max: 6 * HANDOUT_SETTLES_MS }),
    saidAfterMs: fc.integer({ min: -HANDOUT_SETTLES_MS / 2 + 1, max: HANDOUT_SETTLES_MS / 2 - 1 }),
  });
  const before = ({ atMs }: { atMs: number }, nowMs: number): boolean => atMs <= nowMs;
  fc.assert(
    fc.property(
      fc.array(handout, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 0, max: 50 }),
      (handouts, spare) => {
        const all = handouts.flatMap(({ quantity, takenAtMs, saidAfterMs }) => [
          at('taken', takenAtMs, quantity),
          at('said', takenAtMs + saidAfterMs, quantity),
        ]);
        const events = all.sort((a, b) => a.atMs - b.atMs);
        const sum = (kind: HandoutEvent['kind'], nowMs: number): number =>
          events.reduce((total, each) => total + (each.kind === kind && before(each, nowMs) ? each.quantity : 0), 0);
        const reserved = handouts.reduce((total, { quantity }) => total + quantity, 0);
        // Handing out what is reserved changes nothing of what is left for everybody else.
        const truth = spare;
        for (const nowMs of [...events.map(({ atMs }) => atMs), 8 * HANDOUT_SETTLES_MS]) {
          const onHand = reserved + spare - sum('taken', nowMs);
          const backMs = { taken: TAKEN_LOOKED_BACK_MS, said: SAID_LOOKED_BACK_MS };
          const lately = events.filter((each) => before(each, nowMs) && each.atMs > nowMs - backMs[each.kind]);
          const open = Math.max(0, reserved - sum('said', nowMs) - takenAndNotSaid(lately, nowMs));
          const { reserved: held, backordered } = splitDemand(open, onHand);
          const position = onHand - held - backordered;
          expect(position).toBeGreaterThanOrEqual(truth);
          if (nowMs === 8 * HANDOUT_SETTLES_MS) expect(position).toBe(truth);
        }
      },
    ),
    { numRuns: 10_000 },
  );
});
