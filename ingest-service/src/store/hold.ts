import { setTimeout as delay } from 'node:timers/promises';

import { StoreAwayError } from '../errors.ts';

export interface HoldPolicy {
  /** How long one message may wait for the store before it is let go. */
  holdMs: number;
  retryFirstMs: number;
  retryMaxMs: number;
  random?: () => number;
}

/**
 * Tries again, with full-jitter backoff or after what the store asked for, until `attempt` succeeds, fails for another
 * reason than an absent store, the hold is over, or `signal` fires.
 * @throws the last StoreAwayError when the hold is over
 */
export async function withinHold<Result>(
  attempt: () => Promise<Result>,
  policy: HoldPolicy,
  signal: AbortSignal,
  onAway: (error: StoreAwayError) => void,
): Promise<Result> {
  const endsAtMs = performance.now() + policy.holdMs;
  const random = policy.random ?? Math.random;
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StoreAwayError)) throw error;
      onAway(error);
      const backoffMs = random() * Math.min(policy.retryMaxMs, policy.retryFirstMs * 2 ** failures);
      const waitMs = Math.max(error.retryAfterMs ?? 0, backoffMs, 1);
      if (signal.aborted || performance.now() + waitMs > endsAtMs) throw error;
      await delay(waitMs, undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}
