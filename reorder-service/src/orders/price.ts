/** A tier of a supplier's prices, a unit being one order unit. */
export interface PriceBreak {
  /** Order units; the price holds for all units of an order that reaches it. */
  fromUnits: number;
  /** May be a part of a cent. */
  unitPriceCents: number;
}

interface Priced {
  priceBreaks: readonly PriceBreak[];
}

/**
 * The price of one order unit at this quantity: the tier with the highest threshold that is reached. A price of nothing
 * is one that was never filled in: unknown, so that it meets every approval rule.
 */
export function priceOf(offer: Priced, units: number): number | null {
  let best: PriceBreak | undefined;
  for (const tier of offer.priceBreaks) {
    if (tier.fromUnits <= units && (!best || tier.fromUnits > best.fromUnits)) best = tier;
  }
  return best && best.unitPriceCents > 0 ? best.unitPriceCents : null;
}

/** Of a whole order: only this is rounded, up to the cent. @returns null without a known price */
export function amountOf(offer: Priced, units: number): number | null {
  const priceCents = priceOf(offer, units);
  return priceCents === null ? null : Math.ceil(priceCents * units);
}
