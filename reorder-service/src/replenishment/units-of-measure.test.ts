import { describeQuantity } from '@shelfwire/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { conversionOf, fromStockUnits, kilogramsOf, pricePerStockUnit, toStockUnits } from './units-of-measure.ts';

const PACK = conversionOf('pack', 10);

describe('units of measure', () => {
  test('packs are not pieces (failure mode 10)', () => {
    expect(toStockUnits(4, PACK, 'exact')).toBe(40);
    expect(fromStockUnits(40, PACK, 'exact')).toBe(4);
    expect(describeQuantity(40, 'pcs', { unit: 'pack', stockUnitsPerUnit: 10 })).toBe('4 packs = 40 pcs');
  });

  test('rounding is named: up suffices, down is surely there, exact refuses a rest', () => {
    expect(fromStockUnits(41, PACK, 'up')).toBe(5);
    expect(fromStockUnits(41, PACK, 'down')).toBe(4);
    expect(fromStockUnits(41, PACK, 'exact')).toBeUndefined();
    expect(fromStockUnits(-41, PACK, 'down')).toBe(-5);
  });

  test('decimals are taken as they are written (failure mode 11)', () => {
    const drum = conversionOf('drum', 1.02);
    expect(toStockUnits(100, drum, 'exact')).toBe(102);
    expect(toStockUnits(0.1, conversionOf('m', 10), 'exact')).toBe(1);
    // 0.1 + 0.2 is not 0.3 in floats; ten thousand times 0.09 is 900 here.
    expect(toStockUnits(10_000, conversionOf('sheet', 0.09), 'exact')).toBe(900);
    expect(fromStockUnits(49_999, conversionOf('kg', 1), 'up')).toBe(49_999);
  });

  test('kilograms are pieces by their weight', () => {
    const kilograms = kilogramsOf(2.5);
    expect(toStockUnits(1, kilograms, 'exact')).toBe(400);
    expect(toStockUnits(0.5, kilograms, 'exact')).toBe(200);
    expect(toStockUnits(1, kilogramsOf(21.5), 'down')).toBe(46);
    expect(fromStockUnits(46, kilogramsOf(21.5), 'up')).toBe(1);
  });

  test('a price per hundred is a hundredth of it per piece', () => {
    expect(pricePerStockUnit(980, conversionOf('100', 100))).toBeCloseTo(9.8, 12);
  });

  test('what is nothing or no number is refused', () => {
    expect(() => conversionOf('pack', 0)).toThrow(RangeError);
    expect(() => kilogramsOf(-1)).toThrow(RangeError);
    expect(() => toStockUnits(Number.NaN, PACK, 'down')).toThrow(RangeError);
  });

  test('there and back loses nothing, up never falls short, down never invents, for every pack', () => {
    const conversion = fc
      .integer({ min: 1, max: 1_000_000 })
      .map((millionths) => conversionOf('unit', millionths / 1_000));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), conversion, (stockUnits, unit) => {
        const up = fromStockUnits(stockUnits, unit, 'up') ?? Number.NaN;
        const down = fromStockUnits(stockUnits, unit, 'down') ?? Number.NaN;
        expect(up - down).toBeLessThanOrEqual(1);
        // In whole numbers: up × stockUnits/perUnits ≥ what was wanted ≥ down × stockUnits/perUnits.
        expect(BigInt(up) * unit.stockUnits >= BigInt(stockUnits) * unit.perUnits).toBe(true);
        expect(BigInt(down) * unit.stockUnits <= BigInt(stockUnits) * unit.perUnits).toBe(true);
        const exact = fromStockUnits(stockUnits, unit, 'exact');
        if (exact !== undefined) expect(toStockUnits(exact, unit, 'exact')).toBe(stockUnits);
      }),
      { numRuns: 10_000 },
    );
  });
});
