import fc from 'fast-check';

import type { DecisionInput, EpisodeView, Position } from './decision-input.ts';
import type { Doubt } from './doubt.ts';
import type { Packaging } from './order-quantity.ts';
import { policySchema, type Policy } from './policy.ts';
import type { Offer } from './supply.ts';

/** What property tests decide about. */
export const NOW_MS = 1_763_800_000_000;

const number = fc.integer({ min: 1, max: 1_000 });

const ownNumbers = fc.oneof(
  fc.tuple(number, number).map(([s, span]) => ({ type: 'MIN_MAX', reorderPoint: s, orderUpTo: s + span })),
  fc.tuple(number, number).map(([s, q]) => ({ type: 'FIXED_QUANTITY', reorderPoint: s, reorderQuantity: q })),
  number.map((orderUpTo) => ({ type: 'PERIODIC', orderUpTo, reviewDays: ['MON'] })),
  fc.tuple(number, number).map(([s, span]) => ({
    type: 'SERVICE_LEVEL',
    target: 0.95,
    reorderPoint: s,
    orderUpTo: s + span,
  })),
  number.map((binQuantity) => ({ type: 'KANBAN_TWO_BIN', binQuantity })),
  number.map((safetyStock) => ({ type: 'LOT_FOR_LOT', safetyStock })),
  fc.constant({ type: 'DO_NOT_STOCK' }),
);

/** Of every kind, acting at once. */
export const anyPolicy: fc.Arbitrary<Policy> = fc
  .tuple(ownNumbers, fc.boolean(), fc.boolean(), fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }))
  .map(([own, overflow, roundUpToPriceBreak, emergencyPoint]) =>
    policySchema.parse({ ...own, confirmSeconds: 0, overflow, roundUpToPriceBreak, emergencyPoint }),
  );

export const anyPosition: fc.Arbitrary<Position> = fc.record({
  onHand: fc.integer({ min: 0, max: 1_500 }),
  onOrder: fc.integer({ min: 0, max: 500 }),
  reserved: fc.integer({ min: 0, max: 200 }),
  backordered: fc.integer({ min: 0, max: 200 }),
});

export const anyPackaging: fc.Arbitrary<Packaging> = fc
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

const anyPriceBreaks = fc.array(
  fc.record({ fromUnits: fc.integer({ min: 1, max: 200 }), unitPriceCents: fc.integer({ min: 0, max: 5_000 }) }),
  { maxLength: 3 },
);

export const anyOffer: fc.Arbitrary<Offer> = fc
  .tuple(
    anyPackaging,
    anyPriceBreaks,
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: 1, max: 3 }),
    fc.boolean(),
    fc.uuid(),
  )
  .map(([packaging, priceBreaks, leadTimeDays, preference, available, supplierId]) => ({
    ...packaging,
    supplierId,
    supplierName: `Supplier ${preference}`,
    partNumber: 'P-1',
    preference,
    available,
    leadTimeDays,
    learned: null,
    priceBreaks,
  }));

const anyDoubt: fc.Arbitrary<Doubt> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Doubt>({ kind: 'none' }) },
  fc.constant<Doubt>({ kind: 'soon', untilMs: NOW_MS + 1_000, because: 'the sensor does not settle' }),
  fc.constant<Doubt>({ kind: 'doubt', because: 'the sensor is not calibrated', count: true }),
);

const orderNumbers = fc.array(fc.constantFrom('PO-1', 'PO-2'), { maxLength: 1 });
const anyEpisode: fc.Arbitrary<EpisodeView> = fc.record({
  soundOrderNumbers: orderNumbers,
  impairedOrderNumbers: orderNumbers,
  tooLate: fc.constant([]),
  snoozedUntilMs: fc.option(fc.integer({ min: NOW_MS - 10, max: NOW_MS + 10 }), { nil: undefined }),
  excluded: fc.constant([]),
});

/** About everything but the policy and the position, mostly without an obstacle. */
export const anyInput: fc.Arbitrary<DecisionInput> = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, anyEpisode),
    anyDoubt,
    fc.array(anyOffer, { maxLength: 3 }),
    fc.option(fc.integer({ min: 1, max: 4_000 })),
  )
  .map(([episode, doubt, offers, capacity]) => ({
    nowMs: NOW_MS,
    unit: 'pcs',
    position: { onHand: 0, onOrder: 0, reserved: 0, backordered: 0 },
    policy: undefined,
    timeZone: 'Europe/Berlin',
    plannedReviewAtMs: undefined,
    offers,
    capacity,
    doubt,
    lowSinceMs: undefined,
    episode,
  }));
