import type { Doubt } from './doubt.ts';
import type { Policy } from './policy.ts';
import type { Offer } from './supply.ts';

/** Inventory position = onHand + onOrder − reserved − backordered; computed from open lines at each decision. */
export interface Position {
  onHand: number;
  onOrder: number;
  reserved: number;
  backordered: number;
  /** Of what is on hand, what is expired or will be too soon to count. */
  unusable?: number;
}

export interface DecisionInput {
  nowMs: number;
  unit: string;
  position: Position;
  policy: Policy | undefined;
  timeZone: string;
  /** The review that a periodic policy had planned. */
  plannedReviewAtMs: number | undefined;
  /** Of the suppliers that may be asked; empty if nobody sells the item (any more). */
  offers: readonly Offer[];
  /** Stock units that fit into the bin. */
  capacity?: number | null;
  /** When something was last ordered for it that was not called off. */
  lastOrderedAtMs?: number | undefined;
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
