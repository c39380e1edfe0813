import { REQUIRED_CONSUMERS, type Consumer } from '@shelfwire/contract';

import type { Confirmations } from '../outbox/confirmations.ts';

const SENT_TIMES_MIN = 21;
const STUCK_AFTER_MS = 3_600_000;

interface Head {
  sequence: number;
  sentTimes: number;
  sinceMs: number;
  /** The newest that the consumer had confirmed when it was first sent. */
  newestConfirmed: number;
  told: boolean;
}

/**
 * Finds readings that a consumer never confirms though it works: sent again twenty times over more than an hour while
 * newer ones were confirmed. They would be sent for ever and nobody would know. Of each consumer only the oldest
 * unconfirmed reading is watched, which is the one that keeps a segment on the disk; the next follows when it is gone.
 * Times are steady milliseconds.
 */
export class StuckWatch {
  readonly #confirmations: Confirmations;
  readonly #heads = new Map<Consumer, Head>();

  constructor(confirmations: Confirmations) {
    this.#confirmations = confirmations;
  }

  sent(from: number, to: number, nowMs: number): void {
    for (const consumer of REQUIRED_CONSUMERS) {
      const confirmed = this.#confirmations.of(consumer);
      const sequence = confirmed.firstMissing(1);
      if (sequence < from || sequence > to) continue;
      const head = this.#heads.get(consumer);
      if (head?.sequence === sequence) head.sentTimes += 1;
      else
        this.#heads.set(consumer, {
          sequence,
          sentTimes: 1,
          sinceMs: nowMs,
          newestConfirmed: confirmed.last,
          told: false,
        });
    }
  }

  /** Each run of readings once. */
  newlyStuck(nowMs: number): { consumer: Consumer; from: number; to: number }[] {
    return [...this.#heads].flatMap(([consumer, head]) => {
      if (head.told || head.sentTimes < SENT_TIMES_MIN || nowMs - head.sinceMs <= STUCK_AFTER_MS) return [];
      const confirmed = this.#confirmations.of(consumer);
      // A consumer that confirms nothing new is down, not choosy.
      if (confirmed.last <= head.newestConfirmed) return [];
      const run = confirmed.missingWithin(1, confirmed.last)[0];
      if (run?.[0] !== head.sequence) return [];
      head.told = true;
      return [{ consumer, from: run[0], to: run[1] }];
    });
  }
}
