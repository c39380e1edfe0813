import { describe, expect, test } from 'vitest';

import { decide, sentenceOf } from './decide.ts';
import type { DecisionInput, EpisodeView } from './decision-input.ts';
import type { Packaging } from './order-quantity.ts';
import type { Offer } from './supply.ts';
import { policySchema, type Policy, type PolicyOf } from './policy.ts';

const NOW_MS = 1_763_800_000_000;
const PACKS: Packaging = {
  orderUnit: 'pack',
  packQuantity: 10,
  orderMultiple: 1,
  minOrderQuantity: 1,
  maxOrderQuantity: null,
};
const OFFER: Offer = {
  ...PACKS,
  supplierId: 'bolts',
  supplierName: 'Bolts Ltd',
  partNumber: 'B-8',
  preference: 1,
  available: true,
  leadTimeDays: 7,
  learned: null,
  priceBreaks: [],
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
    offers: [OFFER],
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
    expect(sentenceOf(5, decision, { itemName: 'M8 bolts', binName: 'A-01', unit: 'pcs' })).toBe(
      'Ordered 5 packs = 50 pcs of M8 bolts for bin A-01 because 18 pcs on hand + 0 on order = 18 is at or below the reorder point 20.',
    );
  });

  test('names the packaging in the plural that people use', () => {
    const decision = decide(input(18, { offers: [{ ...OFFER, orderUnit: 'box', packQuantity: 50 }] }));
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
    const decision = decide(input(0, { episode, offers: [] }));
    expect(decision).toMatchObject({ kind: 'HELD', count: false });
    expect(decision.because).toMatch(/Bolts Ltd cannot be asked again and no other supplier sells it/);
  });

  test('does nothing without a policy', () => {
    expect(decide(input(0, { policy: undefined }))).toEqual({ kind: 'WAIT', because: 'no policy is set' });
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

describe('modifiers', () => {
  const decideBy = (more: Partial<PolicyOf<'MIN_MAX'>>, onHand: number, about: Partial<DecisionInput> = {}) =>
    decide(input(onHand, { policy: { ...POLICY, ...more }, ...about }));

  test('never more is ordered than fits: on hand + on order + ordered ≤ capacity', () => {
    expect(decideBy({}, 18, { capacity: 50 })).toMatchObject({ kind: 'ORDER', units: [3] });
    const arithmetic = decideBy({}, 18, { capacity: 50 });
    expect(arithmetic).toMatchObject({
      arithmetic: expect.arrayContaining([{ step: 'fits into the bin', value: 32 }]),
    });
    expect(decideBy({ overflow: true }, 18, { capacity: 50 })).toMatchObject({ units: [5] });
  });

  test('where the smallest order does not fit, a person is told instead', () => {
    const offers = [{ ...OFFER, minOrderQuantity: 10 }];
    expect(decideBy({}, 18, { capacity: 60, offers })).toMatchObject({
      kind: 'HELD',
      because: expect.stringMatching(/only 42 more fit into the bin, too little to order/),
    });
  });

  test('the dampener waits after an order, and lets an emergency pass', () => {
    const policy = { notAgainWithinHours: 24, emergencyPoint: 5 };
    const lastOrderedAtMs = NOW_MS - 3_600_000;
    expect(decideBy(policy, 18, { lastOrderedAtMs })).toMatchObject({
      kind: 'WAIT',
      because: expect.stringMatching(/it was ordered within the last 24 hours/),
      recheckAtMs: NOW_MS + 23 * 3_600_000,
    });
    expect(decideBy(policy, 18, { lastOrderedAtMs: NOW_MS - 24 * 3_600_000 }).kind).toBe('ORDER');
    expect(decideBy(policy, 5, { lastOrderedAtMs }).kind).toBe('ORDER');
  });

  test('a need too small for an order waits until it has grown', () => {
    expect(decideBy({ minimumNeed: 50 }, 20)).toMatchObject({
      kind: 'WAIT',
      because: expect.stringMatching(/need of 40/),
    });
    expect(decideBy({ minimumNeed: 50 }, 10).kind).toBe('ORDER');
  });

  test('an emergency asks whoever delivers first, and says so', () => {
    const fast = { ...OFFER, supplierId: 'fast', supplierName: 'Fast Ltd', leadTimeDays: 1, preference: 9 };
    const offers = [OFFER, fast];
    expect(decideBy({ emergencyPoint: 3 }, 4, { offers })).toMatchObject({
      urgent: null,
      offer: { supplierId: 'bolts' },
    });
    const urgent = decideBy({ emergencyPoint: 3 }, 3, { offers });
    expect(urgent).toMatchObject({ kind: 'ORDER', offer: { supplierId: 'fast' } });
    expect(urgent.because).toMatch(/urgent: 3 on hand is at or below the emergency point 3/);
  });

  test('an empty shelf whose cover is late is an emergency without being told', () => {
    const episode = { ...EPISODE, impairedOrderNumbers: ['PO-1'], tooLate: ['PO-1 is overdue'] };
    expect(decideBy({}, 0, { episode })).toMatchObject({ urgent: 'the shelf is empty and its cover is late' });
    expect(decideBy({}, 0)).toMatchObject({ urgent: null });
  });
});
