import { describeQuantity } from '@shelfwire/contract';
import type { PolicyPreview } from '@shelfwire/contract/api';

import { amountOf } from '../orders/price.ts';
import { nextReview } from '../replenishment/calendar.ts';
import { decide, positionOf, type OrderDecision } from '../replenishment/decide.ts';
import type { Situation } from '../replenishment/load-inputs.ts';
import type { Policy } from '../replenishment/policy.ts';
import { orderPoint, targetOf } from '../replenishment/science/order-point.ts';
import { HISTORY_DAYS_MIN } from '../replenishment/service-level.ts';
import { triggerOf } from '../replenishment/trigger.ts';

type Previewed = PolicyPreview['bins'][number]['current'];

/** Longer than any low may be wanted to last before it is believed. */
const LONG_AGO_MS = 86_400_001;

/**
 * What would be decided about a bin under another policy, by the very function that decides about it. Pure. A low counts
 * as one that has lasted, a review as due, and shadow mode as off: a preview says what the policy wants, not when it looks.
 */
export function decisionUnder(situation: Situation, policy: Policy | undefined): Previewed {
  const { input } = situation;
  const { nowMs, timeZone } = input;
  const plannedReviewAtMs = policy?.type === 'PERIODIC' ? nowMs : undefined;
  const visible = policy && { ...policy, shadow: false };
  const lowSinceMs = Math.min(input.lowSinceMs ?? nowMs, nowMs - LONG_AGO_MS);
  const decision = decide({ ...input, policy: visible, lowSinceMs, plannedReviewAtMs });
  const trigger = policy && triggerOf(policy, positionOf(input.position), { nowMs, timeZone, plannedReviewAtMs });
  const orders = decision.kind === 'ORDER' ? ordersOf(decision, situation) : [];
  return {
    type: policy?.type ?? null,
    decision: decision.kind,
    sentence:
      decision.kind === 'ORDER'
        ? `${whenOf(policy)} order ${orders.map((each) => each.quantityText).join(' and ')} of ${situation.itemName} from ${decision.offer.supplierName} because ${decision.because}.`
        : `Nothing would be ordered: ${decision.because}.`,
    orders,
    arithmetic: decision.kind === 'ORDER' ? [...decision.arithmetic] : [],
    reorderPoint: trigger?.reorderPoint ?? null,
    orderUpTo: policy && 'orderUpTo' in policy ? (policy.orderUpTo ?? null) : null,
    nextReviewAtMs: policy?.type === 'PERIODIC' ? nextReview(policy, timeZone, nowMs) : null,
  };
}

function whenOf(policy: Policy | undefined): string {
  if (policy?.shadow) return 'In shadow mode nothing is ordered; without it, Shelfwire would now';
  if (policy?.type === 'PERIODIC') return 'If its review were now, Shelfwire would';
  return policy?.autoApprove === false ? 'Shelfwire would now, with a person’s approval,' : 'Shelfwire would now';
}

function ordersOf(decision: OrderDecision, { unit }: Situation): Previewed['orders'] {
  const { offer } = decision;
  return decision.units.map((units) => {
    const quantity = units * offer.packQuantity;
    const amount = amountOf(offer, units);
    const packaging = { unit: offer.orderUnit, stockUnitsPerUnit: offer.packQuantity };
    return {
      supplierName: offer.supplierName,
      quantity,
      quantityText: describeQuantity(quantity, unit, packaging),
      amountCents: amount === null ? null : Math.round(amount),
    };
  });
}

/**
 * A SERVICE_LEVEL policy with the numbers that the job would compute for this bin (service-level.ts); every other policy
 * as it is.
 */
export function withNumbers(policy: Policy, situation: Situation, perDay: readonly number[]): Policy {
  if (policy.type !== 'SERVICE_LEVEL') return policy;
  const { reorderPoint: _s, orderUpTo: _S, ...without } = policy;
  const offer = situation.input.offers.find((each) => each.available);
  if (!offer || perDay.length < HISTORY_DAYS_MIN) return without;
  const leadTime = offer.learned
    ? { meanDays: offer.learned.meanDays, sdDays: offer.learned.sdDays }
    : { meanDays: offer.leadTimeDays, sdDays: 0 };
  const [tier] = offer.priceBreaks;
  const unitPrice = tier ? tier.unitPriceCents / 100 / offer.packQuantity : null;
  const { reorderPoint, orderUpTo, safetyStock } = orderPoint(
    perDay,
    leadTime,
    targetOf(policy, unitPrice),
    policy.cycleDays,
  );
  return { ...policy, reorderPoint, orderUpTo, safetyStock };
}
