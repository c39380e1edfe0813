import { decide, type DecisionInput } from '@shelfwire/reorder-service/measurable';

import type { DemandItem, DemandSet } from './demand-sets.ts';

/** At a position below s, order up to S. */
interface Levels {
  s: number;
  S: number;
}

/** @param history demand of all periods so far */
export type Rule = (item: DemandItem, history: readonly number[]) => Levels;

/** Sums over all items; the measures of ../shared/demand/README.md. */
export interface Result {
  /** Share of the units demanded that were served at once. */
  unitFill: number;
  valueFill: number;
  /** Mean over items of their unit fill. */
  itemFill: number;
  /** Share of the periods with demand in which nothing was missing. */
  periodService: number;
  stockUnits: number;
  stockValue: number;
  ordersPerPeriod: number;
}

const NONE = { kind: 'none' } as const;

/** Runs one rule over all items of a set, each decision made by the service's own `decide`. */
export function simulate(set: DemandSet, rule: Rule): Result {
  const sum = {
    demand: 0,
    served: 0,
    demandValue: 0,
    servedValue: 0,
    periods: 0,
    good: 0,
    units: 0,
    value: 0,
    orders: 0,
  };
  const itemFills: number[] = [];
  let periods = 0;
  for (const item of set.items) {
    const one = simulateItem(item, set.training, rule);
    periods = one.evaluated;
    sum.demand += one.demand;
    sum.served += one.served;
    sum.demandValue += one.demand * item.price;
    sum.servedValue += one.served * item.price;
    sum.periods += one.periods;
    sum.good += one.good;
    sum.units += one.stock / one.evaluated;
    sum.value += (one.stock / one.evaluated) * item.price;
    sum.orders += one.orders;
    if (one.demand > 0) itemFills.push(one.served / one.demand);
  }
  return {
    unitFill: sum.served / sum.demand,
    valueFill: sum.servedValue / sum.demandValue,
    itemFill: itemFills.reduce((total, each) => total + each, 0) / itemFills.length,
    periodService: sum.good / sum.periods,
    stockUnits: sum.units,
    stockValue: sum.value,
    ordersPerPeriod: sum.orders / periods,
  };
}

function simulateItem(item: DemandItem, training: number, rule: Rule) {
  const { demand, leadTime } = item;
  const due = new Map<number, number>();
  const first = rule(item, demand.slice(0, training));
  const one = { demand: 0, served: 0, periods: 0, good: 0, stock: 0, orders: 0, evaluated: demand.length - training };
  let [onHand, backordered, onOrder] = [first.S, 0, 0];
  for (let t = training; t < demand.length; t += 1) {
    const arriving = due.get(t) ?? 0;
    onOrder -= arriving;
    const late = Math.min(backordered, arriving);
    backordered -= late;
    onHand += arriving - late;
    const wanted = demand[t] ?? 0;
    const served = Math.min(onHand, wanted);
    onHand -= served;
    backordered += wanted - served;
    one.demand += wanted;
    one.served += served;
    if (wanted > 0) one.periods += 1;
    if (wanted > 0 && served === wanted) one.good += 1;
    one.stock += onHand;
    const levels = rule(item, demand.slice(0, t + 1));
    const ordered = orderedBy(item, levels, { onHand, onOrder, reserved: 0, backordered });
    if (ordered === 0) continue;
    one.orders += 1;
    onOrder += ordered;
    due.set(t + leadTime, (due.get(t + leadTime) ?? 0) + ordered);
  }
  return one;
}

const OFFER: DecisionInput['offers'][number] = {
  supplierId: 'supplier',
  supplierName: 'Supplier',
  partNumber: 'P',
  orderUnit: 'pcs',
  packQuantity: 1,
  orderMultiple: 1,
  minOrderQuantity: 1,
  maxOrderQuantity: null,
  preference: 1,
  available: true,
  leadTimeDays: 1,
  learned: null,
  priceBreaks: [],
};

function orderedBy(item: DemandItem, { s, S }: Levels, position: DecisionInput['position']): number {
  // At or below s − 1 is below s. A rule that keeps nothing orders what is backordered.
  const reorderPoint = s - 1;
  const policy: DecisionInput['policy'] = {
    type: 'MIN_MAX',
    reorderPoint,
    orderUpTo: Math.max(S, s),
    safetyStock: 0,
    confirmSeconds: 0,
    autoApprove: true,
    shadow: false,
  };
  const decision = decide({
    nowMs: 0,
    unit: 'pcs',
    position,
    policy,
    timeZone: 'UTC',
    plannedReviewAtMs: undefined,
    offers: [{ ...OFFER, minOrderQuantity: item.minOrderQuantity }],
    doubt: NONE,
    lowSinceMs: undefined,
    episode: undefined,
  });
  return decision.kind === 'ORDER' ? decision.units.reduce((sum, each) => sum + each, 0) : 0;
}
