import { describeQuantity, pluralOf } from '@shelfwire/contract';

import type { Doubt } from './doubt.ts';
import { orderQuantities, type ArithmeticStep, type Packaging } from './order-quantity.ts';
import type { Policy } from './policy.ts';
import { triggerOf, type Trigger } from './trigger.ts';

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
  timeZone: string;
  /** The review that a periodic policy had planned. */
  plannedReviewAtMs: number | undefined;
  /** Of the supplier that would be asked; undefined if nobody sells the item (any more). */
  packaging: Packaging | undefined;
  doubt: Doubt;
  /** Since when the position has been at or below the trigger, without a break. */
  lowSinceMs: number | undefined;
  episode: EpisodeView | undefined;
}

export interface EpisodeView {
  /** Open orders that will come as ordered: while there is one, nothing more is ordered (design D9). */
  soundOrderNumbers: readonly string[];
  /** Open orders that were cut short or are overdue: only the gap they leave is ordered again, from somebody else. */
  impairedOrderNumbers: readonly string[];
  /** Of these, what comes too late to count at all, and why. */
  tooLate?: readonly string[];
  snoozedUntilMs: number | undefined;
  /** Suppliers that will not be asked again in this episode, by name. */
  excluded: readonly string[];
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
 * below the trigger, once (the position counts what is on order), never on doubt, and after an order the position is
 * above the trigger.
 */
export function decide(input: DecisionInput): Decision {
  const { policy, doubt, position, unit, nowMs, episode } = input;
  if (doubt.kind === 'doubt') return { kind: 'HELD', because: doubt.because, count: doubt.count };
  if (!policy) return { kind: 'WAIT', because: 'no policy is set' };
  const total = positionOf(position);
  const trigger = triggerOf(policy, total, input);
  const described = describePosition(position, unit);
  if (trigger.kind === 'waits') return notLow(input, described, trigger);

  const lowSinceMs = input.lowSinceMs ?? nowMs;
  const tooLate = episode?.tooLate ?? [];
  const uncounted = tooLate.length > 0 ? `, and ${tooLate.join(', ')} and does not count` : '';
  const low = `${described} ${trigger.low}${uncounted}`;
  if (isSnoozed(input)) {
    const recheckAtMs = input.episode.snoozedUntilMs;
    return { kind: 'SNOOZED', because: `${low}, but it is snoozed`, recheckAtMs, lowSinceMs };
  }
  if (episode && episode.soundOrderNumbers.length > 0) {
    return { kind: 'COVERED', because: `${low}, and ${episode.soundOrderNumbers.join(', ')} is open`, lowSinceMs };
  }
  if (doubt.kind === 'soon') {
    return { kind: 'WAIT', because: `${low}, but ${doubt.because}`, recheckAtMs: doubt.untilMs, lowSinceMs };
  }
  const confirmedAtMs = lowSinceMs + policy.confirmSeconds * 1_000;
  if (confirmedAtMs > nowMs && policy.type !== 'PERIODIC') {
    const because = `${low}; it must last ${policy.confirmSeconds} s`;
    return { kind: 'WAIT', because, recheckAtMs: confirmedAtMs, lowSinceMs };
  }
  if (!input.packaging) return nobodySells(low, episode, lowSinceMs);
  const decision = order(input.packaging, trigger, { low, total, lowSinceMs, position });
  if (decision.kind === 'ORDER' && policy.shadow) {
    const units = decision.units.join(' + ');
    const { orderUnit } = input.packaging;
    const named = units === '1' ? orderUnit : pluralOf(orderUnit);
    return {
      kind: 'WAIT',
      because: `shadow: would have ordered ${units} ${named} because ${low}`,
      lowSinceMs,
    };
  }
  return decision;
}

export function isSnoozed(
  input: DecisionInput,
): input is DecisionInput & { episode: EpisodeView & { snoozedUntilMs: number } } {
  return input.episode?.snoozedUntilMs !== undefined && input.episode.snoozedUntilMs > input.nowMs;
}

export function positionOf(position: Position): number {
  return position.onHand + position.onOrder - position.reserved - position.backordered;
}

function notLow(input: DecisionInput, described: string, trigger: Extract<Trigger, { kind: 'waits' }>): Decision {
  const { position } = input;
  const because = `${described} ${trigger.because}`;
  const { reorderPoint, reviewAtMs } = trigger;
  if (reviewAtMs !== undefined) return { kind: 'WAIT', because, recheckAtMs: reviewAtMs };
  if (reorderPoint !== null && position.onOrder > 0 && position.onHand <= reorderPoint) {
    return { kind: 'COVERED', because: `${because}: what is on order covers it` };
  }
  // A snooze outlasts a flicker; the episode that carries it may only end after it.
  if (isSnoozed(input)) return { kind: 'WAIT', because, recheckAtMs: input.episode.snoozedUntilMs };
  return { kind: 'WAIT', because };
}

function nobodySells(low: string, episode: EpisodeView | undefined, lowSinceMs: number): Decision {
  const impaired = episode?.impairedOrderNumbers ?? [];
  const open = impaired.length > 0 ? `${impaired.join(', ')} will not come in full or in time and ` : '';
  const asked =
    episode && episode.excluded.length > 0 ? `${episode.excluded.join(', ')} cannot be asked again and ` : '';
  return { kind: 'HELD', because: `${low}, but ${open}${asked}no other supplier sells it`, count: false, lowSinceMs };
}

function order(
  packaging: Packaging,
  trigger: Extract<Trigger, { kind: 'fires' }>,
  at: { low: string; total: number; lowSinceMs: number; position: Position },
): Decision {
  const quantities = orderQuantities(trigger.need, packaging);
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
      { step: 'reserved', value: at.position.reserved },
      { step: 'backordered', value: at.position.backordered },
      { step: 'inventory position', value: at.total },
      { step: 'reorder point', value: trigger.reorderPoint },
      { step: 'needed', value: trigger.need },
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
