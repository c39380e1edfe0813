import fc from 'fast-check';
import { expect, test } from 'vitest';

import { compareKeys, COUNT_SERIES, EMPTY_STATE, type BinState, type Observation } from './bin-state.ts';
import { foldObservations } from './ledger.ts';

let sequence = 0;
function says(atMs: number, rank: number, quantity: number, more: Partial<Observation> = {}): Observation {
  const identity = { binId: 'b', gatewayId: 'gw', outboxId: 'o', sequence: ++sequence };
  return { ...identity, atMs, rank, series: `sensor-${rank}`, quantity, uncertainty: 0.2, calibration: 1, ...more };
}
const counted = (atMs: number, quantity: number): Observation =>
  says(atMs, 0, quantity, { series: COUNT_SERIES, rank: undefined });
const last = (observations: readonly Observation[]): BinState => {
  const state = foldObservations(EMPTY_STATE, observations).at(-1)?.state;
  if (!state) throw new Error('nothing happened');
  return state;
};

test('a witness moves nothing and says since when it contradicts', () => {
  const state = last([says(1, 0, 40), says(2, 1, 40), says(3, 1, 20), says(4, 1, 19)]);
  expect(state).toMatchObject({ onHand: 40, preference: { believed: 0, disagreeingSinceMs: 3 } });
});

test('a lesser sensor that agrees takes over without a step, one that does not is an adjustment', () => {
  const inDoubt = says(3, 0, 0, { doubt: true });
  const agrees = foldObservations(EMPTY_STATE, [says(1, 0, 40), says(2, 1, 41), inDoubt, says(4, 1, 31)]);
  expect(agrees.map(({ cause, change }) => [cause, change])).toEqual([
    ['first', 40],
    ['witness', 0],
    ['recalibrated', 0],
    ['down', -10],
  ]);
  expect(last([says(1, 0, 40), says(2, 1, 20), inDoubt]).onHand).toBe(20);
});

test('the better one says its own when it is well again', () => {
  const state = last([says(1, 0, 40), says(2, 1, 41), says(3, 0, 0, { doubt: true }), says(4, 1, 31), says(5, 0, 33)]);
  expect(state).toMatchObject({ onHand: 33, preference: { believed: 0 } });
});

test('a count teaches every sensor that is well, and one in doubt when it is well again', () => {
  const both = last([says(1, 0, 40), says(2, 1, 20), counted(3, 30), says(4, 0, 35), says(5, 1, 15)]);
  expect(both).toMatchObject({ onHand: 25 });
  expect(both.preference?.disagreeingSinceMs).toBeUndefined();
  const doubted = [says(1, 0, 40), says(2, 0, 0, { doubt: true }), counted(3, 22), says(4, 0, 22)];
  expect(last(doubted).onHand).toBe(22);
  expect(last([...doubted, says(5, 0, 20)]).onHand).toBe(20);
});

test('a catalogue that now adds up, or now prefers, is an adjustment to what the sensors say', () => {
  const summed = [says(1, 0, 40, { rank: undefined }), says(2, 1, 5, { rank: undefined })];
  expect(last(summed).onHand).toBe(45);
  expect(last([...summed, says(3, 0, 40), says(4, 1, 40)]).onHand).toBe(40);
  const preferred = [says(1, 0, 40), says(2, 1, 40)];
  expect(last([...preferred, says(3, 0, 40, { rank: undefined }), says(4, 1, 40, { rank: undefined })]).onHand).toBe(
    80,
  );
});

test('sensors that measure right, within their uncertainty, never contradict each other once all have spoken', () => {
  const anySensor = fc.record({ uncertainty: fc.double({ min: 0, max: 5, noNaN: true }) });
  fc.assert(
    fc.property(
      fc.array(anySensor, { minLength: 2, maxLength: 4 }),
      fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 24, maxLength: 24 }),
      (sensors, truths, errors) => {
        let [atMs, next] = [0, 0];
        const heard: Observation[] = [];
        for (const truth of truths) {
          for (const [rank, { uncertainty }] of sensors.entries()) {
            const error = (errors[next++ % errors.length] ?? 0) * uncertainty;
            heard.push(says(++atMs, rank, Math.max(0, truth + error), { uncertainty }));
          }
          expect(last(heard).preference?.disagreeingSinceMs).toBeUndefined();
          expect(last([...heard].sort(compareKeys))).toEqual(last(heard));
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
