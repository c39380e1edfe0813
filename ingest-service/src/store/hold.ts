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
 * Holds messages back while the store is away, so that the broker is not emptied into nothing. All messages of a store
 * share one hold: what the store asked for (Retry-After) counts for each of them, also for those that come later.
 */
export class StoreHold {
  readonly #policy: HoldPolicy;
  readonly #clock: HoldClock;
  /** The store asked for no request before this time, by `error`. */
  #away: { untilMs: number; error: StoreAwayError } | undefined;

  constructor(policy: HoldPolicy, clock: HoldClock = SYSTEM_CLOCK) {
    this.#policy = policy;
    this.#clock = clock;
  }

  /**
   * Tries, and tries again with full-jitter backoff, until `attempt` succeeds, fails for another reason than an absent
   * store, the hold is over, or `signal` fires. Never tries before the time that the store asked for. A message that is
   * let go has waited for its whole hold: else the next one would come at once, and the next.
   * @throws the last StoreAwayError when the hold is over
   */
  async keep<Result>(
    attempt: () => Promise<Result>,
    signal: AbortSignal,
    onAway: (error: StoreAwayError) => void,
  ): Promise<Result> {
    const { holdMs, retryFirstMs, retryMaxMs } = this.#policy;
    const endsAtMs = this.#clock.nowMs() + holdMs;
    if (this.#away) await this.#waitUntil(this.#away.untilMs, endsAtMs, signal, this.#away.error);
    for (let failures = 0; ; failures++) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof StoreAwayError)) throw error;
        onAway(error);
        this.#remember(error);
        const backoffMs = this.#clock.random() * Math.min(retryMaxMs, retryFirstMs * 2 ** failures);
        const nextAtMs = Math.max(this.#clock.nowMs() + Math.max(backoffMs, 1), this.#away?.untilMs ?? 0);
        await this.#waitUntil(nextAtMs, endsAtMs, signal, error);
      }
    }
  }

  /**
   * For those who do not wait, people who ask and upkeep: rejects at once while the store wants no requests.
   * @throws StoreAwayError
   */
  async atOnce<Result>(attempt: () => Promise<Result>): Promise<Result> {
    const retryAfterMs = (this.#away?.untilMs ?? 0) - this.#clock.nowMs();
    if (this.#away && retryAfterMs > 0) {
      const { error } = this.#away;
      throw new StoreAwayError('STORE_UNAVAILABLE', error.message, { retryAfterMs, cause: error });
    }
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof StoreAwayError) this.#remember(error);
      throw error;
    }
  }

  #remember(error: StoreAwayError): void {
    if (error.retryAfterMs === undefined) return;
    const untilMs = this.#clock.nowMs() + error.retryAfterMs;
    if (untilMs > (this.#away?.untilMs ?? 0)) this.#away = { untilMs, error };
  }

  /** @throws `error` at the end of the hold if that comes first, or when told to stop */
  async #waitUntil(atMs: number, endsAtMs: number, signal: AbortSignal, error: StoreAwayError): Promise<void> {
    let latest = error;
    for (let untilMs = atMs; ;) {
      const nowMs = this.#clock.nowMs();
      if (nowMs >= untilMs) return;
      if (signal.aborted || nowMs >= endsAtMs) throw latest;
      // A timer may fire a fraction early: then this waits once more.
      await this.#clock.wait(Math.ceil(Math.min(untilMs, endsAtMs) - nowMs), signal).catch(() => {
        throw latest;
      });
      // Another message may have been told a later time meanwhile.
      if (this.#away && this.#away.untilMs > untilMs) ({ untilMs, error: latest } = this.#away);
    }
  }
}
