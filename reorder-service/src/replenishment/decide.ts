import { describeQuantity } from '@shelfwire/contract';

import type { Doubt } from './doubt.ts';
import { orderQuantities, type ArithmeticStep, type Packaging } from './order-quantity.ts';
import type { Policy } from './policy.ts';

/** Inventory position = onHand + onOrder − reserved − backordered; computed from open lines at each decision. */
export interface Position {
  onHand: number;
  onOrder: number;
  reserved: number;
  backordered: number;
}

export interface DecisionInput {
  nowMs: number;
  unit: string;
  position: Position;
  policy: Policy | undefined;
  /** Of the supplier that would be asked; undefined if nobody sells the item (any more). */
  packaging: Packaging | undefined;
  doubt: Doubt;
  /** Since when the position has been at or below the trigger, without a break. */
  lowSinceMs: number | undefined;
  episode:
    | { openOrderNumbers: readonly string[]; snoozedUntilMs: number | undefined; rejectedBy: readonly string[] }
    | undefined;
}

export interface OrderDecision {
  kind: 'ORDER';
  because: string;
  /** Order units, one number an order; together they lift the position above the trigger. */
  units: readonly number[];
  packaging: Packaging;
  arithmetic: readonly ArithmeticStep[];
  lowSinceMs: number;
}

/** `recheckAtMs` is when time alone may change the decision. `lowSinceMs` is to be handed in again next time. */
export type Decision =
  | OrderDecision
  | { kind: 'WAIT'; because: string; recheckAtMs?: number; lowSinceMs?: number }
  | { kind: 'COVERED'; because: string; lowSinceMs?: number }
  | { kind: 'SNOOZED'; because: string; recheckAtMs: number; lowSinceMs?: number }
  | { kind: 'HELD'; because: string; count: boolean; lowSinceMs?: number };

/**
 * Decides about one item at one location. Total: every input has an answer, and every answer says why. Fires at or
 * below the reorder point, once (the position counts what is on order), never on doubt, and after an order the position
 * is above the trigger.
 */
export function decide(input: DecisionInput): Decision {
  const { policy, doubt, position, unit, nowMs, episode } = input;
  if (!policy) return { kind: 'WAIT', because: 'no policy is set' };
  if (doubt.kind === 'doubt') return { kind: 'HELD', because: doubt.because, count: doubt.count };
  const total = positionOf(position);
  const trigger = policy.reorderPoint;
  if (total > trigger) return aboveTrigger(input, policy, total);

  const lowSinceMs = input.lowSinceMs ?? nowMs;
  const low = `${describePosition(position, unit)} is at or below the reorder point ${trigger}`;
  if (episode?.snoozedUntilMs !== undefined && episode.snoozedUntilMs > nowMs) {
    return { kind: 'SNOOZED', because: `${low}, but it is snoozed`, recheckAtMs: episode.snoozedUntilMs, lowSinceMs };
  }
  if (episode && episode.openOrderNumbers.length > 0) {
    return { kind: 'COVERED', because: `${low}, and ${episode.openOrderNumbers.join(', ')} is open`, lowSinceMs };
  }
  if (doubt.kind === 'soon')
    return { kind: 'WAIT', because: `${low}, but ${doubt.because}`, recheckAtMs: doubt.untilMs, lowSinceMs };
  const confirmedAtMs = lowSinceMs + policy.confirmSeconds * 1_000;
  if (confirmedAtMs > nowMs) {
    return {
      kind: 'WAIT',
      because: `${low}; it must last ${policy.confirmSeconds} s`,
      recheckAtMs: confirmedAtMs,
      lowSinceMs,
    };
  }
  if (!input.packaging) {
    const rejected =
      episode && episode.rejectedBy.length > 0 ? `${episode.rejectedBy.join(', ')} rejected it and ` : '';
    return { kind: 'HELD', because: `${low}, but ${rejected}no other supplier sells it`, count: false, lowSinceMs };
  }
  return order(input.packaging, { low, total, trigger, orderUpTo: policy.orderUpTo, lowSinceMs, position, unit });
}

export function positionOf(position: Position): number {
  return position.onHand + position.onOrder - position.reserved - position.backordered;
}

function aboveTrigger(input: DecisionInput, policy: Policy, total: number): Decision {
  const { onHand, onOrder } = input.position;
  const sum = `${describePosition(input.position, input.unit)} is above the reorder point ${policy.reorderPoint}`;
  if (onHand <= policy.reorderPoint && onOrder > 0)
    return { kind: 'COVERED', because: `${sum}: what is on order covers it` };
  return {
    kind: 'WAIT',
    because: total === onHand ? `${total} ${input.unit} is above the reorder point ${policy.reorderPoint}` : sum,
  };
}

function order(
  packaging: Packaging,
  at: {
    low: string;
    total: number;
    trigger: number;
    orderUpTo: number;
    lowSinceMs: number;
    position: Position;
    unit: string;
  },
): Decision {
  const need = Math.max(at.orderUpTo, at.trigger + 1) - at.total;
  const quantities = orderQuantities(need, packaging);
  if (!quantities.ok) {
    return { kind: 'HELD', because: `${at.low}, but ${quantities.because}`, count: false, lowSinceMs: at.lowSinceMs };
  }
  return {
    kind: 'ORDER',
    because: at.low,
    units: quantities.units,
    packaging,
    arithmetic: [
      { step: 'on hand', value: at.position.onHand },
      { step: 'on order', value: at.position.onOrder },
      { step: 'inventory position', value: at.total },
      { step: 'reorder point', value: at.trigger },
      { step: 'order up to', value: at.orderUpTo },
      { step: 'needed', value: need },
      ...quantities.steps,
    ],
    lowSinceMs: at.lowSinceMs,
  };
}

function describePosition(position: Position, unit: string): string {
  const parts = [`${position.onHand} ${unit} on hand`, `${position.onOrder} on order`];
  if (position.reserved > 0) parts.push(`− ${position.reserved} reserved`);
  if (position.backordered > 0) parts.push(`− ${position.backordered} backordered`);
  return `${parts.join(' + ').replaceAll('+ −', '−')} = ${positionOf(position)}`;
}

/** "Ordered 4 packs = 40 pcs of M8 bolts for bin A-01 because …": why an order exists, for a buyer. */
export function sentenceOf(
  units: number,
  decision: OrderDecision,
  what: { itemName: string; binId: string; unit: string },
): string {
  const { orderUnit, packQuantity } = decision.packaging;
  const amount = describeQuantity(units * packQuantity, what.unit, {
    unit: orderUnit,
    stockUnitsPerUnit: packQuantity,
  });
  return `Ordered ${amount} of ${what.itemName} for bin ${what.binId} because ${decision.because}.`;
}
