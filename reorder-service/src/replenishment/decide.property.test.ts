import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { anyInput, anyOffer, anyPackaging, anyPolicy, anyPosition, NOW_MS } from './arbitraries.ts';
import { decide, positionOf } from './decide.ts';
import { orderQuantities } from './order-quantity.ts';
import { chooseSupply } from './supply.ts';
import { triggerOf } from './trigger.ts';

const RUNS = { numRuns: 10_000 };

describe('order quantities', () => {
  test('lie on the pack grid, inside minimum and maximum, and together cover the need', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), anyPackaging, (need, packaging) => {
        const result = orderQuantities(need, packaging);
        if (!result.ok) {
          expect(result.because).toMatch(/more than 20 orders/);
          return;
        }
        let total = 0;
        for (const units of result.units) {
          expect(units % packaging.orderMultiple).toBe(0);
          expect(units).toBeGreaterThanOrEqual(packaging.minOrderQuantity);
          expect(units).toBeLessThanOrEqual(packaging.maxOrderQuantity ?? Infinity);
          total += units;
        }
        expect(total * packaging.packQuantity).toBeGreaterThanOrEqual(need);
        const last = result.units.at(-1) ?? 0;
        // Not an order more than needed: without the last one it would be too little.
        expect((total - last) * packaging.packQuantity).toBeLessThan(need);
      }),
      RUNS,
    );
  });

  test('fit into the bin, on the same grid, and lift the position above the trigger', () => {
    const room = fc.record({ fits: fc.integer({ min: -50, max: 5_000 }), atLeast: fc.integer({ min: 1, max: 500 }) });
    let [capped, refused] = [0, 0];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), anyPackaging, room, (need, packaging, limits) => {
        const result = orderQuantities(need, packaging, limits);
        if (!result.ok) {
          refused += 1;
          return;
        }
        const total = result.units.reduce((sum, each) => sum + each, 0) * packaging.packQuantity;
        expect(total).toBeLessThanOrEqual(limits.fits);
        if (total < need) {
          capped += 1;
          expect(total).toBeGreaterThanOrEqual(limits.atLeast);
        }
        for (const units of result.units) {
          expect(units % packaging.orderMultiple).toBe(0);
          expect(units).toBeGreaterThanOrEqual(Math.max(1, packaging.minOrderQuantity));
          expect(units).toBeLessThanOrEqual(packaging.maxOrderQuantity ?? Infinity);
        }
      }),
      RUNS,
    );
    expect([capped > 500, refused > 500]).toEqual([true, true]);
  });

  test('no quantity fits a maximum below the minimum', () => {
    const packs = { orderUnit: 'pack', packQuantity: 10, orderMultiple: 1, minOrderQuantity: 10, maxOrderQuantity: 9 };
    expect(orderQuantities(5, packs)).toMatchObject({ ok: false });
  });
});

describe('the supplier', () => {
  test('is one that can deliver the need, and no other that can comes before it', () => {
    const wish = fc.record({
      need: fc.integer({ min: 1, max: 2_000 }),
      room: fc.constant(undefined),
      expedite: fc.boolean(),
      supplierBy: fc.constantFrom('preference' as const, 'price' as const, 'leadTime' as const),
      roundUpToPriceBreak: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyOffer, { maxLength: 4 }), wish, (offers, wanted) => {
        const supply = chooseSupply(offers, wanted);
        const possible = offers.filter((each) => each.available && orderQuantities(wanted.need, each).ok);
        expect(supply.ok).toBe(possible.length > 0);
        if (!supply.ok) return;
        expect(possible).toContain(supply.offer);
        const total = supply.units.reduce((sum, each) => sum + each, 0) * supply.offer.packQuantity;
        expect(total).toBeGreaterThanOrEqual(wanted.need);
        const first = (value: (offer: (typeof offers)[number]) => number): number => Math.min(...possible.map(value));
        if (wanted.expedite || wanted.supplierBy === 'leadTime') {
          expect(supply.offer.leadTimeDays).toBe(first((each) => each.leadTimeDays));
        } else if (wanted.supplierBy === 'preference') {
          expect(supply.offer.preference).toBe(first((each) => each.preference));
        }
      }),
      RUNS,
    );
  });
});

describe('after ordering', () => {
  test('the position is above the trigger, always', () => {
    const ordered = new Map<string, number>();
    fc.assert(
      fc.property(anyInput, anyPolicy, anyPosition, anyOffer, (base, policy, position, offer) => {
        const undisturbed = { doubt: { kind: 'none' as const }, episode: undefined };
        const at = {
          ...base,
          ...undisturbed,
          policy,
          position,
          offers: [{ ...offer, available: true }],
          plannedReviewAtMs: NOW_MS,
        };
        const decision = decide(at);
        expect(decision.because).not.toBe('');
        const trigger = triggerOf(policy, positionOf(position), at);
        if (decision.kind !== 'ORDER') {
          if (decision.kind !== 'HELD') expect(trigger.kind).toBe('waits');
          return;
        }
        ordered.set(policy.type, (ordered.get(policy.type) ?? 0) + 1);
        const units = decision.units.reduce((sum, each) => sum + each, 0);
        const after = { ...position, onOrder: position.onOrder + units * offer.packQuantity };
        if (at.capacity !== null && at.capacity !== undefined && !policy.overflow) {
          expect(after.onHand + after.onOrder).toBeLessThanOrEqual(at.capacity);
          if (policy.type === 'PERIODIC') return;
        }
        expect(positionOf(after)).toBeGreaterThan(trigger.reorderPoint ?? Infinity);
        expect(['WAIT', 'COVERED']).toContain(decide({ ...at, position: after }).kind);
      }),
      RUNS,
    );
    for (const [type, orders] of ordered) expect([type, orders > 50]).toEqual([type, true]);
    expect(ordered.size).toBe(7);
  });
});

describe('a decision', () => {
  test('is made for every input, and always says why', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(anyInput, fc.option(anyPolicy, { nil: undefined }), anyPosition, (base, policy, position) => {
        const decision = decide({ ...base, policy, position });
        kinds.add(decision.kind);
        expect(decision.because.length).toBeGreaterThan(3);
        if ('recheckAtMs' in decision && decision.recheckAtMs !== undefined) {
          expect(decision.recheckAtMs).toBeGreaterThan(base.nowMs);
        }
        if (decision.kind === 'ORDER') for (const units of decision.units) expect(units).toBeGreaterThan(0);
      }),
      { numRuns: 20_000 },
    );
    expect([...kinds].sort()).toEqual(['COVERED', 'HELD', 'ORDER', 'SNOOZED', 'WAIT']);
  });
});
