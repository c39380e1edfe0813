import fc from 'fast-check';
import { expect, test } from 'vitest';

import { earliest, keyText, replayLate, type Booked } from './late-readings.ts';
import {
  compareKeys,
  COUNT_SERIES,
  EMPTY_STATE,
  RETURN_SERIES,
  TRANSFER_SERIES,
  type BinState,
  type Observation,
} from './bin-state.ts';
import { foldObservations } from './ledger.ts';
import type { NewCheckpoint, NewMovement } from './write-ledger.ts';

/** The ledger's tables in memory, for one bin. */
class MemoryLedger {
  readonly observations: Observation[] = [];
  readonly movements: NewMovement[] = [];
  checkpoints: NewCheckpoint[] = [];
  state: BinState | undefined;
  /** Batches that changed nothing. */
  silent = 0;

  /** As the ledger does it: a batch's repeats are dropped, then everything of it is put where it belongs. */
  apply(batch: readonly Observation[]): void {
    const seen = new Set(this.observations.map(keyText));
    const arrived = batch.filter((each) => !seen.has(keyText(each)));
    if (arrived.length === 0) return;
    // What says nothing new where it belongs is only kept, as rewind.ts finds out.
    const stateAt = (key: Observation): BinState =>
      this.checkpoints
        .filter((each) => compareKeys(each, key) < 0)
        .sort(compareKeys)
        .at(-1)?.state ?? EMPTY_STATE;
    if (arrived.every((each) => foldObservations(stateAt(each), [each]).length === 0)) {
      this.observations.push(...arrived);
      this.silent += 1;
      return;
    }
    const first = earliest(arrived);
    const start = this.checkpoints
      .filter((each) => compareKeys(each, first) < 0)
      .sort(compareKeys)
      .at(-1);
    const booked = new Map<string, Booked>();
    for (const movement of this.movements.filter((each) => compareKeys(each, first) >= 0)) {
      const before = booked.get(keyText(movement));
      const change = (before?.change ?? 0) + movement.change;
      booked.set(keyText(movement), { change, revision: movement.revision, kind: movement.kind });
    }
    const late = replayLate(
      { binId: 'b', itemId: 'i' },
      arrived,
      { start, observations: this.observations, booked },
      () => 'UNEXPLAINED',
    );
    this.checkpoints = [...this.checkpoints.filter((each) => compareKeys(each, first) < 0), ...late.checkpoints];
    this.movements.push(...late.movements);
    this.observations.push(...arrived);
    this.state = late.state;
  }

  /** What each reading moved, all revisions together. */
  net(): Record<string, number> {
    const net: Record<string, number> = {};
    for (const movement of this.movements) net[keyText(movement)] = (net[keyText(movement)] ?? 0) + movement.change;
    return Object.fromEntries(Object.entries(net).filter(([, change]) => change !== 0));
  }
}

const said = {
  binId: fc.constant('b'),
  atMs: fc.integer({ min: 1, max: 12 }),
  gatewayId: fc.constantFrom('gw-1', 'gw-2'),
  outboxId: fc.constant('o'),
  sequence: fc.integer({ min: 1, max: 500 }),
};
const measured = {
  ...said,
  quantity: fc.integer({ min: 0, max: 400 }).map((tenths) => tenths / 10),
  uncertainty: fc.constantFrom(0, 0.3, 2.4),
  calibration: fc.constantFrom(1, 1, 1, 2),
  doubt: fc.constantFrom(false, false, false, true),
};
const anySensed = fc.record({
  ...measured,
  series: fc.constantFrom('scale-01', 'scale-01', 'scale-01', 'scale-02'),
  sole: fc.constantFrom(undefined, undefined, 'series' as const),
});
/** Sensors of a bin that prefers them in this order; now and then the catalogue was changed. */
const anyRanked = fc.oneof(
  { weight: 3, arbitrary: fc.record({ ...measured, series: fc.constant('scale-01'), rank: fc.constant(0) }) },
  { weight: 3, arbitrary: fc.record({ ...measured, series: fc.constant('level-01'), rank: fc.constant(1) }) },
  { weight: 1, arbitrary: fc.record({ ...measured, series: fc.constantFrom('E1', 'E2'), rank: fc.constant(2) }) },
  { weight: 1, arbitrary: fc.record({ ...measured, series: fc.constant('scale-01'), rank: fc.constantFrom(0, 1) }) },
);
const anyWord = fc.oneof(
  fc.record({ ...measured, doubt: fc.constant(false), series: fc.constant(COUNT_SERIES) }),
  fc.record({
    ...measured,
    doubt: fc.constant(false),
    series: fc.constantFrom(TRANSFER_SERIES, RETURN_SERIES),
    quantity: fc.integer({ min: -20, max: 20 }),
  }),
);
const ofKinds = (kinds: readonly fc.WeightedArbitrary<Observation>[]): fc.Arbitrary<Observation[]> =>
  fc.uniqueArray(fc.oneof(...kinds), { minLength: 1, maxLength: 12, selector: keyText });
const word = { weight: 1, arbitrary: anyWord };
const anyHistory = fc.oneof(
  ofKinds([{ weight: 4, arbitrary: anySensed }, word]),
  ofKinds([{ weight: 4, arbitrary: anyRanked }, word]),
  // The catalogue says now this, now that.
  ofKinds([{ weight: 3, arbitrary: anySensed }, { weight: 3, arbitrary: anyRanked }, word]),
);

test('late, repeated, historical and reordered readings give the same ledger as readings in order', () => {
  let corrected = 0;
  let silent = 0;
  fc.assert(
    fc.property(
      anyHistory.chain((history) =>
        fc.tuple(
          fc.constant(history),
          fc.shuffledSubarray(history, { minLength: history.length, maxLength: history.length }),
          fc.array(fc.nat(history.length), { maxLength: 5 }),
          fc.subarray(history),
        ),
      ),
      ([history, shuffled, cuts, repeats]) => {
        const inOrder = foldObservations(EMPTY_STATE, [...history].sort(compareKeys));
        const expected = Object.fromEntries(
          inOrder.filter((step) => step.change !== 0).map((step) => [keyText(step.observation), step.change]),
        );
        const ledger = new MemoryLedger();
        const bounds = [0, ...cuts.sort((a, b) => a - b), shuffled.length];
        for (const [index, from] of bounds.entries()) ledger.apply(shuffled.slice(from, bounds[index + 1]));
        ledger.apply(repeats);

        expect(ledger.net()).toEqual(expected);
        expect(ledger.state).toEqual(inOrder.at(-1)?.state);
        expect(ledger.checkpoints.map((each) => each.state)).toEqual(inOrder.map((step) => step.state));
        const sum = ledger.movements.reduce((total, each) => total + each.change, 0);
        expect(sum).toBe(ledger.state?.onHand ?? 0);
        const identities = ledger.movements.map((each) => `${keyText(each)} ${each.revision}`);
        expect(new Set(identities).size).toBe(identities.length);
        corrected += ledger.movements.filter((each) => each.revision > 0).length;
        silent += ledger.silent;
      },
    ),
    { numRuns: 10_000 },
  );
  expect(corrected).toBeGreaterThan(1_000);
  expect(silent).toBeGreaterThan(1_000);
});
