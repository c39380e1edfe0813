import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { compareKeys, COUNT_SERIES, EMPTY_STATE, TRANSFER_SERIES, type Observation } from './bin-state.ts';
import { foldObservations } from './ledger.ts';

function observation(atMs: number, quantity: number, more: Partial<Observation> = {}): Observation {
  return {
    binId: 'A-01',
    series: 'scale-01',
    atMs,
    gatewayId: 'gw-1',
    outboxId: 'o',
    sequence: atMs,
    quantity,
    uncertainty: 0.3,
    calibration: 1,
    ...more,
  };
}

const changes = (observations: Observation[]): number[] =>
  foldObservations(EMPTY_STATE, observations).map((step) => step.change);

describe('the fold of the ledger', () => {
  test('a reading inside the uncertainty leaves no step', () => {
    expect(changes([observation(1, 40), observation(2, 40.6), observation(3, 39.4), observation(4, 39.1)])).toEqual([
      40, -1,
    ]);
  });

  test('creep adds up against the level instead of being followed', () => {
    const creeping = Array.from({ length: 20 }, (_, i) => observation(i + 1, 40 + i * 0.05));
    expect(changes(creeping)).toEqual([40, 1]);
  });

  test('a count by a person wins over the sensor, and teaches it', () => {
    const count = observation(2, 37, { series: COUNT_SERIES });
    const steps = foldObservations(EMPTY_STATE, [observation(1, 40), count, observation(3, 40), observation(4, 38)]);
    expect(steps.map((step) => [step.cause, step.change, step.state.onHand])).toEqual([
      ['first', 40, 40],
      ['count', -3, 37],
      ['down', -2, 35],
    ]);
  });

  test('a count before the first reading teaches the sensor too', () => {
    const steps = foldObservations(EMPTY_STATE, [
      observation(1, 37, { series: COUNT_SERIES }),
      observation(2, 40),
      observation(3, 39),
    ]);
    expect(steps.map((step) => step.state.onHand)).toEqual([37, 37, 36]);
  });

  test('a new calibration is believed again, without what a count had taught the old one', () => {
    const steps = foldObservations(EMPTY_STATE, [
      observation(1, 40),
      observation(2, 37, { series: COUNT_SERIES }),
      observation(3, 36, { calibration: 2 }),
    ]);
    expect(steps.at(-1)).toMatchObject({ cause: 'recalibrated', change: -1, state: { onHand: 36, bias: 0 } });
  });

  test('what was just taken from a series and put back on it is back, as often as it was taken', () => {
    const causes = (observations: Observation[]): string[] =>
      foldObservations(EMPTY_STATE, observations).map((step) => step.cause);
    const taken = [observation(1, 18), observation(2, 0)];
    expect(causes([...taken, observation(3, 17), observation(4, 27)])).toEqual(['first', 'down', 'back', 'up']);
    expect(causes([...taken, observation(600_002, 17)])).toEqual(['first', 'down', 'back']);
    expect(causes([...taken, observation(600_003, 17)])).toEqual(['first', 'down', 'up']);
    expect(causes([...taken, observation(3, 19)])).toEqual(['first', 'down', 'up']);
    expect(causes([...taken, observation(3, 18, { series: 'scale-02' })])).toEqual(['first', 'down', 'up']);
    expect(causes([...taken, observation(3, 18, { announced: true })])).toEqual(['first', 'down', 'up']);
  });

  test('a sensor that took the place of another replaces what that had said, and brings no goods', () => {
    const replaced = foldObservations(EMPTY_STATE, [
      observation(1, 40, { sole: 'device' }),
      observation(2, 42, { series: 'scale-02', sole: 'device' }),
      observation(3, 41, { series: 'scale-02', sole: 'device' }),
    ]);
    expect(replaced.map(({ cause, change }) => [cause, change])).toEqual([
      ['first', 40],
      ['recalibrated', 2],
      ['down', -1],
    ]);
    expect(replaced.at(-1)?.state.values).toEqual({ 'scale-02': 41 });
    const plates = [
      observation(1, 40, { series: 'scale-01/left', sole: 'device' }),
      observation(2, 5, { series: 'scale-01/right', sole: 'device' }),
    ];
    expect(foldObservations(EMPTY_STATE, plates).at(-1)?.state.onHand).toBe(45);
    const narrowed = [...plates, observation(3, 40, { series: 'scale-01/left', sole: 'series' })];
    expect(foldObservations(EMPTY_STATE, narrowed).at(-1)?.state.onHand).toBe(40);
  });

  test('two scales under one bin are added, and tags are counted once each', () => {
    const tag = (atMs: number, epc: string, quantity: number): Observation =>
      observation(atMs, quantity, { series: epc, uncertainty: 0 });
    expect(changes([observation(1, 10), observation(2, 5, { series: 'scale-02' })])).toEqual([10, 5]);
    expect(changes([tag(1, 'A', 1), tag(2, 'B', 1), tag(3, 'A', 1), tag(4, 'A', 0), tag(5, 'C', 0)])).toEqual([
      1, 1, -1, 0,
    ]);
  });

  test('the level is the sum of the changes and never below zero, and the fold may restart at any step', () => {
    const anyObservation = fc.record({
      atMs: fc.integer({ min: 1, max: 50 }),
      sequence: fc.integer({ min: 1, max: 1_000 }),
      quantity: fc.double({ min: 0, max: 60, noNaN: true }),
      uncertainty: fc.double({ min: 0, max: 3, noNaN: true }),
      calibration: fc.integer({ min: 1, max: 2 }),
      series: fc.constantFrom('scale-01', 'scale-01', 'scale-02', COUNT_SERIES, TRANSFER_SERIES),
      doubt: fc.constantFrom(false, false, true),
      rank: fc.constantFrom(undefined, 0, 1),
      sole: fc.constantFrom(undefined, undefined, 'series' as const),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(anyObservation, { maxLength: 30, selector: (each) => each.sequence }),
        fc.nat(),
        (parts, at) => {
          const sorted = parts
            .map((part) => observation(part.atMs, Math.round(part.quantity * 10) / 10, { ...part }))
            .sort(compareKeys);
          const steps = foldObservations(EMPTY_STATE, sorted);
          let sum = 0;
          for (const step of steps) {
            sum += step.change;
            expect(step.state.onHand).toBe(sum);
            expect(step.state.onHand).toBeGreaterThanOrEqual(0);
            expect(Number.isSafeInteger(step.change)).toBe(true);
          }
          const from = steps[at % Math.max(1, steps.length)];
          if (from === undefined) return;
          const rest = sorted.filter((each) => compareKeys(each, from.observation) > 0);
          const again = foldObservations(from.state, rest);
          expect(again).toEqual(steps.filter((step) => compareKeys(step.observation, from.observation) > 0));
        },
      ),
      { numRuns: 10_000 },
    );
  });
});
