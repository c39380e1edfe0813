import { amountOf, type PriceBreak } from '../orders/price.ts';
import { orderQuantities, roundUp, type ArithmeticStep, type Packaging, type Room } from './order-quantity.ts';

/** How one supplier sells an item. */
export interface Offer extends Packaging {
  supplierId: string;
  supplierName: string;
  partNumber: string;
  /** 1 is asked first. */
  preference: number;
  /** false: cannot deliver it now. */
  available: boolean;
  /** As agreed. */
  leadTimeDays: number;
  /** What the deliveries so far have taught; null until there are enough. */
  learned: LearnedLeadTime | null;
  priceBreaks: readonly PriceBreak[];
}

export interface LearnedLeadTime {
  deliveries: number;
  meanDays: number;
  sdDays: number;
}

/** What the supplier has kept so far if that is known, else what was agreed. */
export function leadTimeOf(offer: Pick<Offer, 'leadTimeDays' | 'learned'>): number {
  return offer.learned?.meanDays ?? offer.leadTimeDays;
}

export interface SupplyWish {
  /** Stock units. */
  need: number;
  /** undefined: as much as one likes. */
  room: Room | undefined;
  /** Whoever delivers first. */
  expedite: boolean;
  supplierBy: 'preference' | 'price' | 'leadTime';
  roundUpToPriceBreak: boolean;
}

export type Supply =
  | { ok: true; offer: Offer; units: readonly number[]; steps: readonly ArithmeticStep[] }
  | { ok: false; because: string };

interface Candidate {
  offer: Offer;
  units: readonly number[];
  amountCents: number;
  steps: readonly ArithmeticStep[];
}

/**
 * Solves quantity and supplier together: for each supplier the quantity that it takes and what that costs, then the first
 * of those who can deliver. A minimum raises the quantity and loses no supplier (failure mode 14); a price is the one of
 * the quantity (failure mode 15).
 */
export function chooseSupply(offers: readonly Offer[], wish: SupplyWish): Supply {
  const candidates: Candidate[] = [];
  const passedOver: string[] = [];
  for (const offer of offers) {
    if (!offer.available) {
      passedOver.push(`${offer.supplierName} cannot deliver now`);
      continue;
    }
    const quantities = orderQuantities(wish.need, offer, wish.room);
    if (!quantities.ok)
      passedOver.push(offers.length === 1 ? quantities.because : `${offer.supplierName}: ${quantities.because}`);
    else candidates.push(priced(offer, quantities, wish));
  }
  const best = candidates.toSorted(rankingOf(wish))[0];
  if (!best) return { ok: false, because: passedOver.join('; ') };
  const { offer, units } = best;
  const steps = [...best.steps, leadTimeStep(offer)];
  if (offers.length > 1) steps.push({ step: `suppliers looked at, by ${wordOf(wish)}`, value: offers.length });
  for (const each of passedOver) steps.push({ step: `passed over: ${each}`, value: 0 });
  return { ok: true, offer, units, steps };
}

function priced(
  offer: Offer,
  quantities: { units: readonly number[]; steps: readonly ArithmeticStep[] },
  wish: SupplyWish,
): Candidate {
  const raised = wish.roundUpToPriceBreak ? cheaperBreak(offer, quantities.units, wish.room) : undefined;
  const units = raised ? [raised.units] : quantities.units;
  const steps = raised
    ? [
        ...quantities.steps,
        { step: `raised to the price break at ${raised.units}, which saves cents in all`, value: raised.savesCents },
        { step: 'ordered in stock units', value: raised.units * offer.packQuantity },
      ]
    : quantities.steps;
  // Unknown prices come last.
  const amounts = units.map((each) => amountOf(offer, each) ?? Infinity);
  return { offer, units, steps, amountCents: amounts.reduce((sum, each) => sum + each, 0) };
}

/** A larger quantity that costs less in all, because a tier begins there. */
function cheaperBreak(
  offer: Offer,
  units: readonly number[],
  room: Room | undefined,
): { units: number; savesCents: number } | undefined {
  const [needed] = units;
  if (needed === undefined || units.length > 1) return undefined;
  const neededCents = amountOf(offer, needed);
  if (neededCents === null) return undefined;
  let best: { units: number; savesCents: number } | undefined;
  for (const { fromUnits } of offer.priceBreaks) {
    const raised = roundUp(fromUnits, offer.orderMultiple);
    if (raised <= needed || raised > (offer.maxOrderQuantity ?? Infinity)) continue;
    if (room && raised * offer.packQuantity > room.fits) continue;
    const savesCents = neededCents - (amountOf(offer, raised) ?? Infinity);
    if (savesCents > 0 && savesCents > (best?.savesCents ?? 0)) best = { units: raised, savesCents };
  }
  return best;
}

function rankingOf(wish: SupplyWish): (a: Candidate, b: Candidate) => number {
  const byLeadTime = (a: Candidate, b: Candidate): number => leadTimeOf(a.offer) - leadTimeOf(b.offer);
  const byPrice = (a: Candidate, b: Candidate): number =>
    a.amountCents === b.amountCents ? 0 : a.amountCents - b.amountCents;
  const byPreference = (a: Candidate, b: Candidate): number => a.offer.preference - b.offer.preference;
  const rankings = { preference: [byPreference, byPrice, byLeadTime], price: [byPrice, byPreference, byLeadTime] };
  const ranking =
    wish.expedite || wish.supplierBy === 'leadTime' ? [byLeadTime, byPreference, byPrice] : rankings[wish.supplierBy];
  return (a, b) => {
    for (const compare of ranking) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return a.offer.supplierId < b.offer.supplierId ? -1 : 1;
  };
}

function wordOf(wish: SupplyWish): string {
  if (wish.expedite) return 'lead time, for it is urgent';
  return { preference: 'preference', price: 'price', leadTime: 'lead time' }[wish.supplierBy];
}

/** Which lead time the decision rests on, agreed or learned. */
function leadTimeStep(offer: Offer): ArithmeticStep {
  const { learned } = offer;
  if (!learned) return { step: `lead time of ${offer.supplierName} in days, as agreed`, value: offer.leadTimeDays };
  const spread = `± ${roundTo2(learned.sdDays)}, agreed ${offer.leadTimeDays}`;
  return {
    step: `lead time of ${offer.supplierName} in days, learned from ${learned.deliveries} deliveries (${spread})`,
    value: roundTo2(learned.meanDays),
  };
}

function roundTo2(value: number): number {
  return Math.round(value * 100) / 100;
}
