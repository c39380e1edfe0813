import { setTimeout as delay } from 'node:timers/promises';

import { StoreAwayError } from '../errors.ts';

export interface HoldPolicy {
  /** How long one message may wait for the store before it is let go. */
  holdMs: number;
  retryFirstMs: number;
  retryMaxMs: number;
}

/** Time and chance, so that a test can hold both. */
export interface HoldClock {
  nowMs: () => number;
  /** Rejects when the signal fires. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
}

export const SYSTEM_CLOCK: HoldClock = {
  nowMs: () => performance.now(),
  wait: (ms, signal) => delay(ms, undefined, { signal }),
  random: Math.random,
};

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
  clock: HoldClock = SYSTEM_CLOCK,
): Promise<Result> {
  const endsAtMs = clock.nowMs() + policy.holdMs;
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StoreAwayError)) throw error;
      onAway(error);
      const backoffMs = clock.random() * Math.min(policy.retryMaxMs, policy.retryFirstMs * 2 ** failures);
      const waitMs = Math.max(error.retryAfterMs ?? 0, backoffMs, 1);
      if (signal.aborted || clock.nowMs() + waitMs > endsAtMs) throw error;
      await clock.wait(waitMs, signal).catch(() => {
        throw error;
      });
    }
  }
}
