import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { decide, positionOf, sentenceOf, type DecisionInput, type EpisodeView } from './decide.ts';
import { triggerOf } from './trigger.ts';
import { orderQuantities, type Packaging } from './order-quantity.ts';
import { policySchema, type Policy, type PolicyOf } from './policy.ts';

const NOW_MS = 1_763_800_000_000;
const PACKS: Packaging = {
  orderUnit: 'pack',
  packQuantity: 10,
  orderMultiple: 1,
  minOrderQuantity: 1,
  maxOrderQuantity: null,
};
const POLICY: PolicyOf<'MIN_MAX'> = {
  type: 'MIN_MAX',
  reorderPoint: 20,
  orderUpTo: 60,
  safetyStock: 5,
  confirmSeconds: 0,
  autoApprove: true,
  shadow: false,
};

const EPISODE: EpisodeView = {
  soundOrderNumbers: [],
  impairedOrderNumbers: [],
  snoozedUntilMs: undefined,
  excluded: [],
};

function input(onHand: number, more: Partial<DecisionInput> = {}): DecisionInput {
  return {
    nowMs: NOW_MS,
    unit: 'pcs',
    position: { onHand, onOrder: 0, reserved: 0, backordered: 0 },
    policy: POLICY,
    timeZone: 'Europe/Berlin',
    plannedReviewAtMs: undefined,
    packaging: PACKS,
    doubt: { kind: 'none' },
    lowSinceMs: undefined,
    episode: undefined,
    ...more,
  };
}

describe('the decision', () => {
  test('fires at the reorder point, not only below it', () => {
    expect(decide(input(21)).kind).toBe('WAIT');
    expect(decide(input(20)).kind).toBe('ORDER');
  });

  test('orders up to the maximum and says why in one sentence', () => {
    const decision = decide(input(18));
    if (decision.kind !== 'ORDER') throw new Error(decision.because);
    expect(decision.units).toEqual([5]);
    expect(sentenceOf(5, decision, { itemName: 'M8 bolts', binId: 'A-01', unit: 'pcs' })).toBe(
      'Ordered 5 packs = 50 pcs of M8 bolts for bin A-01 because 18 pcs on hand + 0 on order = 18 is at or below the reorder point 20.',
    );
  });

  test('names the packaging in the plural that people use', () => {
    const decision = decide(input(18, { packaging: { ...PACKS, orderUnit: 'box', packQuantity: 50 } }));
    if (decision.kind !== 'ORDER') throw new Error(decision.because);
    expect(decision.arithmetic.map(({ step }) => step)).toContain('in boxes of 50, rounded up');
  });

  test('counts what is on order, so that it orders once while the first order is on its way', () => {
    expect(decide(input(5, { position: { onHand: 5, onOrder: 50, reserved: 0, backordered: 0 } }))).toEqual({
      kind: 'COVERED',
      because: '5 pcs on hand + 50 on order = 55 is above the reorder point 20: what is on order covers it',
    });
  });

  test('believes a low only after it has lasted', () => {
    const policy: Policy = { ...POLICY, confirmSeconds: 3 };
    const first = decide(input(18, { policy }));
    expect(first).toMatchObject({ kind: 'WAIT', recheckAtMs: NOW_MS + 3_000, lowSinceMs: NOW_MS });
    expect(decide(input(18, { policy, lowSinceMs: NOW_MS - 2_999 })).kind).toBe('WAIT');
    expect(decide(input(18, { policy, lowSinceMs: NOW_MS - 3_000 })).kind).toBe('ORDER');
  });

  test('never orders on doubt, and says so', () => {
    const doubt = { kind: 'doubt', because: 'the sensor is not calibrated', count: true } as const;
    expect(decide(input(0, { doubt }))).toEqual({ kind: 'HELD', because: doubt.because, count: true });
  });

  test('waits while the shelf is in motion', () => {
    const doubt = { kind: 'soon', because: 'the sensor does not settle', untilMs: NOW_MS + 500 } as const;
    expect(decide(input(0, { doubt }))).toMatchObject({ kind: 'WAIT', recheckAtMs: NOW_MS + 500 });
  });

  test('leaves a snoozed episode alone until its time', () => {
    const episode = { ...EPISODE, snoozedUntilMs: NOW_MS + 60_000 };
    expect(decide(input(0, { episode }))).toMatchObject({ kind: 'SNOOZED', recheckAtMs: NOW_MS + 60_000 });
    expect(decide(input(0, { episode: { ...episode, snoozedUntilMs: NOW_MS } })).kind).toBe('ORDER');
  });

  test('holds for a person when every supplier has rejected it', () => {
    const episode = { ...EPISODE, excluded: ['Bolts Ltd'] };
    const decision = decide(input(0, { episode, packaging: undefined }));
    expect(decision).toMatchObject({ kind: 'HELD', count: false });
    expect(decision.because).toMatch(/Bolts Ltd cannot be asked again and no other supplier sells it/);
  });

  test('does nothing without a policy', () => {
    expect(decide(input(0, { policy: undefined }))).toEqual({ kind: 'WAIT', because: 'no policy is set' });
  });
});

const anyPackaging = fc
  .record({
    packQuantity: fc.integer({ min: 1, max: 100 }),
    orderMultiple: fc.integer({ min: 1, max: 12 }),
    minOrderQuantity: fc.integer({ min: 0, max: 50 }),
    extra: fc.option(fc.integer({ min: 0, max: 500 })),
  })
  .map(({ extra, ...rest }) => ({
    ...rest,
    orderUnit: 'pack',
    // A maximum that leaves room for at least one quantity on the grid.
    maxOrderQuantity:
      extra === null ? null : Math.max(rest.minOrderQuantity, rest.orderMultiple) + rest.orderMultiple + extra,
  }));

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
      { numRuns: 10_000 },
    );
  });

  test('no quantity fits a maximum below the minimum', () => {
    expect(orderQuantities(5, { ...PACKS, minOrderQuantity: 10, maxOrderQuantity: 9 })).toMatchObject({ ok: false });
  });
});

describe('after ordering', () => {
  test('the position is above the trigger, always', () => {
    const common = { confirmSeconds: 0, autoApprove: true, shadow: false };
    const number = fc.integer({ min: 1, max: 1_000 });
    const anyPolicy: fc.Arbitrary<Policy> = fc
      .oneof(
        fc
          .tuple(number, number)
          .map(([s, span]) => ({ ...common, type: 'MIN_MAX', reorderPoint: s, orderUpTo: s + span })),
        fc
          .tuple(number, number)
          .map(([s, q]) => ({ ...common, type: 'FIXED_QUANTITY', reorderPoint: s, reorderQuantity: q })),
        number.map((orderUpTo) => ({ ...common, type: 'PERIODIC', orderUpTo, reviewDays: ['MON'] })),
        fc.tuple(number, number).map(([s, span]) => ({
          ...common,
          type: 'SERVICE_LEVEL',
          target: 0.95,
          reorderPoint: s,
          orderUpTo: s + span,
        })),
        number.map((binQuantity) => ({ ...common, type: 'KANBAN_TWO_BIN', binQuantity })),
        number.map((safetyStock) => ({ ...common, type: 'LOT_FOR_LOT', safetyStock })),
        fc.constant({ ...common, type: 'DO_NOT_STOCK' }),
      )
      .map((policy) => policySchema.parse(policy));
    const anyPosition = fc.record({
      onHand: fc.integer({ min: 0, max: 1_500 }),
      onOrder: fc.integer({ min: 0, max: 500 }),
      reserved: fc.integer({ min: 0, max: 200 }),
      backordered: fc.integer({ min: 0, max: 200 }),
    });
    const ordered = new Map<string, number>();
    fc.assert(
      fc.property(anyPolicy, anyPosition, anyPackaging, (policy, position, packaging) => {
        const at = { policy, packaging, plannedReviewAtMs: NOW_MS };
        const decision = decide(input(0, { ...at, position }));
        expect(decision.because).not.toBe('');
        const trigger = triggerOf(policy, positionOf(position), input(0, at));
        if (decision.kind !== 'ORDER') {
          if (decision.kind !== 'HELD') expect(trigger.kind).toBe('waits');
          return;
        }
        ordered.set(policy.type, (ordered.get(policy.type) ?? 0) + 1);
        const units = decision.units.reduce((sum, each) => sum + each, 0);
        const after = { ...position, onOrder: position.onOrder + units * packaging.packQuantity };
        expect(positionOf(after)).toBeGreaterThan(trigger.reorderPoint ?? Infinity);
        expect(['WAIT', 'COVERED']).toContain(decide(input(0, { ...at, position: after })).kind);
      }),
      { numRuns: 10_000 },
    );
    for (const [type, orders] of ordered) expect([type, orders > 50]).toEqual([type, true]);
    expect(ordered.size).toBe(7);
  });
});

describe('policies', () => {
  const decideBy = (policy: object, onHand: number, more: Partial<DecisionInput> = {}) =>
    decide(input(onHand, { policy: policySchema.parse({ confirmSeconds: 0, ...policy }), ...more }));

  test('FIXED_QUANTITY orders its quantity, twice where once would leave it at the trigger', () => {
    const policy = { type: 'FIXED_QUANTITY', reorderPoint: 100, reorderQuantity: 50 };
    expect(decideBy(policy, 100)).toMatchObject({ kind: 'ORDER', units: [5] });
    expect(decideBy(policy, 50)).toMatchObject({ kind: 'ORDER', units: [10] });
  });

  test('PERIODIC waits for its review day and then fills up', () => {
    const policy = { type: 'PERIODIC', orderUpTo: 60, reviewDays: ['MON'], cutOff: '06:00' };
    const waiting = decideBy(policy, 5);
    expect(waiting).toMatchObject({ kind: 'WAIT', recheckAtMs: expect.any(Number) });
    const reviewAtMs = waiting.kind === 'WAIT' ? (waiting.recheckAtMs ?? 0) : 0;
    expect(decideBy(policy, 5, { nowMs: reviewAtMs, plannedReviewAtMs: reviewAtMs })).toMatchObject({
      kind: 'ORDER',
      units: [6],
    });
  });

  test('KANBAN_TWO_BIN orders a bin when one is empty and two when both are', () => {
    const policy = { type: 'KANBAN_TWO_BIN', binQuantity: 50 };
    expect(decideBy(policy, 51).kind).toBe('WAIT');
    expect(decideBy(policy, 50)).toMatchObject({ units: [5] });
    expect(decideBy(policy, 0)).toMatchObject({ units: [10] });
  });

  test('LOT_FOR_LOT and DO_NOT_STOCK order nothing ahead of demand', () => {
    const backordered = { position: { onHand: 0, onOrder: 0, reserved: 0, backordered: 7 } };
    expect(decideBy({ type: 'LOT_FOR_LOT' }, 0).kind).toBe('WAIT');
    expect(decideBy({ type: 'LOT_FOR_LOT' }, 0, backordered)).toMatchObject({ units: [1] });
    expect(decideBy({ type: 'DO_NOT_STOCK' }, 0).kind).toBe('WAIT');
    expect(decideBy({ type: 'DO_NOT_STOCK' }, 0, backordered)).toMatchObject({ units: [1] });
  });

  test('SERVICE_LEVEL waits until there is enough history', () => {
    expect(decideBy({ type: 'SERVICE_LEVEL', target: 0.95 }, 0).because).toMatch(/not enough history/);
  });

  test('in shadow it says what it would have ordered, and orders nothing', () => {
    const policy = { type: 'MIN_MAX', reorderPoint: 20, orderUpTo: 60, shadow: true };
    expect(decideBy(policy, 18)).toMatchObject({
      kind: 'WAIT',
      because: expect.stringMatching(/^shadow: would have ordered 5 packs/),
    });
  });
});
