import type { Reading } from '@shelfwire/contract';
import { describe, expect, test } from 'vitest';

import { quantityOf, type QuantityBasis } from './quantity.ts';

const SCALE: QuantityBasis = {
  sensorKind: 'weight',
  uncertaintyGrams: 2,
  pieceGrams: 12.5,
  pieceGramsSpread: 0.1,
  capacity: 200,
  depthMm: null,
};
const COMMON = {
  deviceId: 'scale-01',
  receivedAtMs: 1_763_800_000_000,
  clockQuality: 'gateway',
  quality: 'good',
} as const;
const weight = (netGrams: number, more: Partial<Reading> = {}): Reading =>
  ({ kind: 'weight', ...COMMON, netGrams, stable: true, ...more }) as Reading;

describe('quantities from readings', () => {
  test('weight becomes pieces with the uncertainty of the scale and of the pieces', () => {
    const result = quantityOf(weight(1_250), SCALE);
    expect(result).toMatchObject({ kind: 'quantity', series: 'scale-01', quantity: 100 });
    expect(result.kind === 'quantity' && result.uncertainty).toBeCloseTo((2 + 2 * 0.1 * 10) / 12.5, 12);
  });

  test('a little below zero is empty, far below zero is a lost tare', () => {
    expect(quantityOf(weight(-3), SCALE)).toMatchObject({ kind: 'quantity', quantity: 0 });
    expect(quantityOf(weight(-400), SCALE)).toMatchObject({ kind: 'doubt' });
  });

  test.each(['unstable', 'overload', 'underload', 'stale', 'uncalibrated', 'implausible'] as const)(
    'a reading of quality %s changes no level',
    (quality) => {
      expect(quantityOf(weight(1_250, { quality }), SCALE)).toEqual({ kind: 'doubt', because: quality });
    },
  );

  test('a scale still in motion and a load that does not fit the bin are doubtful', () => {
    expect(quantityOf({ ...weight(1_250), stable: false } as Reading, SCALE)).toMatchObject({ kind: 'doubt' });
    expect(quantityOf(weight(12.5 * 401), SCALE)).toMatchObject({ kind: 'doubt' });
  });

  test('health readings and readings of another kind say nothing about stock', () => {
    expect(quantityOf({ kind: 'health', ...COMMON, batteryRatio: 0.2 }, SCALE)).toEqual({ kind: 'nothing' });
    expect(quantityOf({ kind: 'count', ...COMMON, pieces: 4 }, SCALE)).toEqual({ kind: 'nothing' });
  });

  test('a level is a share of the capacity, by fill ratio or by distance to the surface', () => {
    const tank: QuantityBasis = { ...SCALE, sensorKind: 'level', depthMm: 1_000 };
    expect(quantityOf({ kind: 'level', ...COMMON, fillRatio: 0.25 }, tank)).toMatchObject({
      quantity: 50,
      uncertainty: 4,
    });
    expect(quantityOf({ kind: 'level', ...COMMON, distanceMm: 750 }, tank)).toMatchObject({ quantity: 50 });
    expect(quantityOf({ kind: 'level', ...COMMON, distanceMm: 1_200 }, tank)).toMatchObject({ kind: 'doubt' });
    const noDepth = quantityOf({ kind: 'level', ...COMMON, distanceMm: 1 }, { ...tank, depthMm: null });
    expect(noDepth).toMatchObject({ kind: 'unusable' });
  });

  test('a tag is one piece while it is present, however often it is read', () => {
    const tag = (presence: 'arrived' | 'present' | 'left'): Reading => ({
      kind: 'tag',
      ...COMMON,
      epcHex: 'E280',
      epcUri: 'urn:epc:raw:16.xE280',
      presence,
    });
    const shelf: QuantityBasis = { ...SCALE, sensorKind: 'tag' };
    expect(quantityOf(tag('arrived'), shelf)).toMatchObject({ series: 'E280', quantity: 1 });
    expect(quantityOf(tag('present'), shelf)).toMatchObject({ series: 'E280', quantity: 1 });
    expect(quantityOf(tag('left'), shelf)).toMatchObject({ series: 'E280', quantity: 0 });
  });

  test('a press of the order button says that one of two bins is empty', () => {
    const twoBins: QuantityBasis = { ...SCALE, sensorKind: 'button' };
    expect(quantityOf({ kind: 'button', ...COMMON, action: 'order' }, twoBins)).toMatchObject({ quantity: 100 });
    expect(quantityOf({ kind: 'button', ...COMMON, action: 'delivered' }, twoBins)).toMatchObject({ quantity: 200 });
  });
});
