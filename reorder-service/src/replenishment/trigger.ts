import { nextReview } from './calendar.ts';
import type { Policy, PolicyOf } from './policy.ts';

/**
 * What a policy wants at a position. `fires`: it wants `need` stock units, after which the position is above
 * `reorderPoint`; where there is no room for so much, `atLeast` is enough not to fire again at once. `waits`: nothing now; `reviewAtMs` is when it looks again by the calendar.
 */
export type Trigger =
  | { kind: 'fires'; reorderPoint: number; need: number; atLeast: number; low: string }
  | { kind: 'waits'; reorderPoint: number | null; because: string; reviewAtMs?: number };

export interface TriggerContext {
  nowMs: number;
  /** IANA name; review days and cut-offs are in the time of the site. */
  timeZone: string;
  /** The review that was planned; past or now: it is due. */
  plannedReviewAtMs: number | undefined;
}

/** Pure, one case a policy. Every trigger fires at or below its point, and its need lifts the position above it. */
export function triggerOf(policy: Policy, total: number, context: TriggerContext): Trigger {
  switch (policy.type) {
    case 'MIN_MAX':
      return atOrBelow(policy.reorderPoint, total, policy.orderUpTo - total);
    case 'FIXED_QUANTITY': {
      const times = Math.ceil((policy.reorderPoint + 1 - total) / policy.reorderQuantity);
      return atOrBelow(policy.reorderPoint, total, times * policy.reorderQuantity);
    }
    case 'PERIODIC':
      return onReview(policy, total, context);
    case 'SERVICE_LEVEL': {
      const { reorderPoint, orderUpTo } = policy;
      if (reorderPoint === undefined || orderUpTo === undefined) {
        return {
          kind: 'waits',
          reorderPoint: null,
          because: 'there is not enough history yet to compute a reorder point',
        };
      }
      return atOrBelow(reorderPoint, total, orderUpTo - total);
    }
    case 'KANBAN_TWO_BIN': {
      const emptyBins = Math.max(1, Math.floor((2 * policy.binQuantity - total) / policy.binQuantity));
      return atOrBelow(policy.binQuantity, total, emptyBins * policy.binQuantity);
    }
    case 'LOT_FOR_LOT':
      return atOrBelow(policy.safetyStock - 1, total, policy.safetyStock - total);
    case 'DO_NOT_STOCK':
    default:
      return atOrBelow(-1, total, -total);
  }
}

function atOrBelow(reorderPoint: number, total: number, wanted: number): Trigger {
  if (total > reorderPoint)
    return { kind: 'waits', reorderPoint, because: `is above the reorder point ${reorderPoint}` };
  const atLeast = reorderPoint + 1 - total;
  const need = Math.max(wanted, atLeast);
  return { kind: 'fires', reorderPoint, need, atLeast, low: `is at or below the reorder point ${reorderPoint}` };
}

function onReview(policy: PolicyOf<'PERIODIC'>, total: number, context: TriggerContext): Trigger {
  const { nowMs, plannedReviewAtMs } = context;
  const reviewAtMs = nextReview(policy, context.timeZone, nowMs);
  const due = plannedReviewAtMs !== undefined && plannedReviewAtMs <= nowMs;
  const reorderPoint = policy.orderUpTo - 1;
  if (!due) return { kind: 'waits', reorderPoint, because: 'waits for the next review day', reviewAtMs };
  if (total > reorderPoint) return { kind: 'waits', reorderPoint, because: 'is full at the review', reviewAtMs };
  return {
    kind: 'fires',
    reorderPoint,
    need: policy.orderUpTo - total,
    // It fires on review days only, however little came of the last one.
    atLeast: 1,
    low: `is below ${policy.orderUpTo} at the review`,
  };
}
