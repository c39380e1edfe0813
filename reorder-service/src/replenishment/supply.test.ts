import { describe, expect, test } from 'vitest';

import { amountOf } from '../orders/price.ts';
import { chooseSupply, type Offer, type SupplyWish } from './supply.ts';

const BOLTS: Offer = {
  supplierId: 'bolts',
  supplierName: 'Bolts Ltd',
  partNumber: 'B-8',
  orderUnit: 'pack',
  packQuantity: 10,
  orderMultiple: 1,
  minOrderQuantity: 0,
  maxOrderQuantity: null,
  preference: 1,
  available: true,
  leadTimeDays: 7,
  learned: null,
  priceBreaks: [{ fromUnits: 1, unitPriceCents: 100 }],
};
const OTHER: Offer = { ...BOLTS, supplierId: 'other', supplierName: 'Other Ltd', preference: 2, leadTimeDays: 2 };
const WISH: SupplyWish = {
  need: 90,
  room: undefined,
  expedite: false,
  supplierBy: 'preference',
  roundUpToPriceBreak: false,
};

describe('quantity and supplier are solved together', () => {
  test('a minimum raises the quantity and loses neither the supplier nor its lead time (failure mode 14)', () => {
    const supply = chooseSupply([{ ...BOLTS, minOrderQuantity: 40 }, OTHER], WISH);
    expect(supply).toMatchObject({ ok: true, offer: { supplierId: 'bolts', leadTimeDays: 7 }, units: [40] });
  });

  test('where the minimum does not fit into the bin, the next supplier is asked, and the proof says so', () => {
    const offers = [{ ...BOLTS, minOrderQuantity: 40 }, OTHER];
    const supply = chooseSupply(offers, { ...WISH, room: { fits: 100, atLeast: 1 } });
    expect(supply).toMatchObject({ ok: true, offer: { supplierId: 'other' }, units: [9] });
    if (!supply.ok) throw new Error(supply.because);
    expect(supply.steps.map(({ step }) => step)).toContain(
      'passed over: Bolts Ltd: only 100 more fit into the bin, too little to order',
    );
  });

  test('the proof says how many suppliers were looked at, and by what, where there was a choice', () => {
    const looked = (offers: readonly Offer[]): unknown => {
      const supply = chooseSupply(offers, WISH);
      return supply.ok && supply.steps.find(({ step }) => step.startsWith('suppliers looked at'));
    };
    expect(looked([BOLTS, OTHER])).toEqual({ step: 'suppliers looked at, by preference', value: 2 });
    expect(looked([BOLTS])).toBeUndefined();
  });

  test('who cannot deliver is passed over', () => {
    expect(chooseSupply([{ ...BOLTS, available: false }, OTHER], WISH)).toMatchObject({
      offer: { supplierId: 'other' },
    });
    expect(chooseSupply([{ ...BOLTS, available: false }], WISH)).toEqual({
      ok: false,
      because: 'Bolts Ltd cannot deliver now',
    });
  });

  test('the price is the one of the quantity, not of the first tier (failure mode 15)', () => {
    const priceBreaks = [
      { fromUnits: 1, unitPriceCents: 120 },
      { fromUnits: 10, unitPriceCents: 80 },
    ];
    const cheaperForMany = { ...OTHER, priceBreaks };
    const byPrice = { ...WISH, supplierBy: 'price' as const };
    expect(chooseSupply([BOLTS, cheaperForMany], byPrice)).toMatchObject({ offer: { supplierId: 'bolts' } });
    expect(chooseSupply([BOLTS, cheaperForMany], { ...byPrice, need: 100 })).toMatchObject({
      offer: { supplierId: 'other' },
    });
  });

  test('an unknown price is never the cheapest', () => {
    const unknown = { ...OTHER, preference: 1, priceBreaks: [] };
    expect(chooseSupply([unknown, BOLTS], { ...WISH, supplierBy: 'price' })).toMatchObject({
      offer: { supplierId: 'bolts' },
    });
  });

  test('what deliveries have taught counts more than what was agreed, and the proof says which', () => {
    const slow = { ...OTHER, learned: { deliveries: 5, meanDays: 9.25, sdDays: 1.5 } };
    const supply = chooseSupply([BOLTS, slow], { ...WISH, expedite: true });
    expect(supply).toMatchObject({ offer: { supplierId: 'bolts' } });
    const learned = chooseSupply([slow], WISH);
    expect(learned).toMatchObject({
      steps: expect.arrayContaining([
        { step: 'lead time of Other Ltd in days, learned from 5 deliveries (± 1.5, agreed 2)', value: 9.25 },
      ]),
    });
  });
});

describe('a price break', () => {
  const offer = {
    ...BOLTS,
    priceBreaks: [
      { fromUnits: 1, unitPriceCents: 100 },
      { fromUnits: 10, unitPriceCents: 80 },
      { fromUnits: 100, unitPriceCents: 79 },
    ],
  };

  test('is reached for where the policy allows it and the whole order is cheaper', () => {
    const allowed = { ...WISH, roundUpToPriceBreak: true };
    expect(chooseSupply([offer], WISH)).toMatchObject({ units: [9] });
    // Nine packs at 1.00 are 9.00, ten at 0.80 are 8.00.
    expect(chooseSupply([offer], allowed)).toMatchObject({ units: [10] });
    expect(chooseSupply([offer], { ...allowed, need: 70 })).toMatchObject({ units: [7] });
  });

  test('is not reached for beyond what fits', () => {
    const tight = { ...WISH, roundUpToPriceBreak: true, room: { fits: 95, atLeast: 1 } };
    expect(chooseSupply([offer], tight)).toMatchObject({ units: [9] });
  });

  test('amounts are exact to the cent, rounded up once', () => {
    expect(amountOf({ priceBreaks: [{ fromUnits: 1, unitPriceCents: 0.35 }] }, 3)).toBe(2);
    expect(amountOf({ priceBreaks: [] }, 3)).toBeNull();
  });
});
