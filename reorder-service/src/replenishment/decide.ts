import { describeQuantity, pluralOf } from '@shelfwire/contract';

import type { DecisionInput, EpisodeView, Position } from './decision-input.ts';
import { dampened, roomIn, urgencyOf } from './modifiers.ts';
import type { ArithmeticStep } from './order-quantity.ts';
import type { Policy } from './policy.ts';
import { chooseSupply, type Offer } from './supply.ts';
import { triggerOf, type Trigger } from './trigger.ts';

export interface OrderDecision {
  kind: 'ORDER';
  because: string;
  /** Order units, one number an order; together they lift the position above the trigger. */
  units: readonly number[];
  /** Who is asked, and how they sell it. */
  offer: Offer;
  /** Why it cannot wait; null when it can. */
  urgent: string | null;
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
  const urgent = urgencyOf(policy, position, episode);
  const damped = urgent === null ? dampened(policy, trigger.need, input) : undefined;
  if (damped) {
    const { because, recheckAtMs } = damped;
    return { kind: 'WAIT', because: `${low}, but ${because}`, ...(recheckAtMs ? { recheckAtMs } : {}), lowSinceMs };
  }
  if (input.offers.length === 0) return nobodySells(low, episode, lowSinceMs);
  const decision = order(input, policy, trigger, { low, total, lowSinceMs, urgent });
  return decision.kind === 'ORDER' && policy.shadow ? onlySay(decision) : decision;
}

function onlySay({ units, offer, because, lowSinceMs }: OrderDecision): Decision {
  const amount = units.join(' + ');
  const named = amount === '1' ? offer.orderUnit : pluralOf(offer.orderUnit);
  return { kind: 'WAIT', because: `shadow: would have ordered ${amount} ${named} because ${because}`, lowSinceMs };
}

export function isSnoozed(
  input: DecisionInput,
): input is DecisionInput & { episode: EpisodeView & { snoozedUntilMs: number } } {
  return input.episode?.snoozedUntilMs !== undefined && input.episode.snoozedUntilMs > input.nowMs;
}

export function positionOf(position: Position): number {
  const usable = position.onHand - (position.unusable ?? 0);
  return usable + position.onOrder - position.reserved - position.backordered;
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
  input: DecisionInput,
  policy: Policy,
  trigger: Extract<Trigger, { kind: 'fires' }>,
  at: { low: string; total: number; lowSinceMs: number; urgent: string | null },
): Decision {
  const { lowSinceMs, urgent } = at;
  const { position } = input;
  const supply = chooseSupply(input.offers, {
    need: trigger.need,
    room: roomIn(input.capacity, policy, position, trigger.atLeast),
    expedite: urgent !== null,
    supplierBy: policy.supplierBy ?? 'preference',
    roundUpToPriceBreak: policy.roundUpToPriceBreak ?? false,
  });
  if (!supply.ok) return { kind: 'HELD', because: `${at.low}, but ${supply.because}`, count: false, lowSinceMs };
  return {
    kind: 'ORDER',
    because: urgent === null ? at.low : `${at.low}; urgent: ${urgent}`,
    units: supply.units,
    offer: supply.offer,
    urgent,
    arithmetic: [
      { step: 'on hand', value: position.onHand },
      ...(position.unusable ? [{ step: 'expired or about to', value: position.unusable }] : []),
      { step: 'on order', value: position.onOrder },
      { step: 'reserved', value: position.reserved },
      { step: 'backordered', value: position.backordered },
      { step: 'inventory position', value: at.total },
      { step: 'reorder point', value: trigger.reorderPoint },
      { step: 'needed', value: trigger.need },
      ...supply.steps,
    ],
    lowSinceMs,
  };
}

function describePosition(position: Position, unit: string): string {
  const parts = [`${position.onHand} ${unit} on hand`, `${position.onOrder} on order`];
  if (position.unusable) parts.splice(1, 0, `− ${position.unusable} expired or about to`);
  if (position.reserved > 0) parts.push(`− ${position.reserved} reserved`);
  if (position.backordered > 0) parts.push(`− ${position.backordered} backordered`);
  return `${parts.join(' + ').replaceAll('+ −', '−')} = ${positionOf(position)}`;
}

/** "Ordered 4 packs = 40 pcs of M8 bolts for bin A-01 because …": why an order exists, for a buyer. */
export function sentenceOf(
  units: number,
  decision: OrderDecision,
  what: { itemName: string; binName: string; unit: string },
): string {
  const { orderUnit, packQuantity } = decision.offer;
  const amount = describeQuantity(units * packQuantity, what.unit, {
    unit: orderUnit,
    stockUnitsPerUnit: packQuantity,
  });
  return `Ordered ${amount} of ${what.itemName} for bin ${what.binName} because ${decision.because}.`;
}
