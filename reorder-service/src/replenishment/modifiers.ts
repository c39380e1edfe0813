import type { EpisodeView, Position } from './decision-input.ts';
import type { Room } from './order-quantity.ts';
import type { Policy } from './policy.ts';

const HOUR_MS = 3_600_000;

/**
 * What bends a policy: urgency, the dampener and the room in the bin. Pure. An urgent need passes the dampener and does
 * not wait for a truck; the room it passes never.
 */

/** @returns why the need cannot wait; null when it can */
export function urgencyOf(policy: Policy, position: Position, episode: EpisodeView | undefined): string | null {
  const { emergencyPoint } = policy;
  if (emergencyPoint !== undefined && position.onHand <= emergencyPoint) {
    return `${position.onHand} on hand is at or below the emergency point ${emergencyPoint}`;
  }
  const late = [...(episode?.tooLate ?? []), ...(episode?.impairedOrderNumbers ?? [])];
  if (position.onHand <= 0 && late.length > 0) return 'the shelf is empty and its cover is late';
  return null;
}

/** @returns why the need is not ordered yet, and when time alone changes that */
export function dampened(
  policy: Policy,
  need: number,
  at: { nowMs: number; lastOrderedAtMs?: number | undefined },
): { because: string; recheckAtMs?: number } | undefined {
  const { notAgainWithinHours = 0, minimumNeed = 0 } = policy;
  if (at.lastOrderedAtMs !== undefined) {
    const recheckAtMs = at.lastOrderedAtMs + notAgainWithinHours * HOUR_MS;
    if (recheckAtMs > at.nowMs) {
      return { because: `it was ordered within the last ${notAgainWithinHours} hours`, recheckAtMs };
    }
  }
  if (need < minimumNeed) return { because: `the need of ${need} is below the ${minimumNeed} worth an order` };
  return undefined;
}

/** @returns undefined where the bin has no limit, or may overflow */
export function roomIn(
  capacity: number | null | undefined,
  policy: Policy,
  position: Position,
  atLeast: number,
): Room | undefined {
  if (capacity === null || capacity === undefined || policy.overflow) return undefined;
  return { fits: capacity - position.onHand - position.onOrder, atLeast };
}
