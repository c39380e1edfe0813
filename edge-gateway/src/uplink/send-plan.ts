import { REQUIRED_CONSUMERS, type Consumer } from '@shelfwire/contract';

import type { Confirmations } from '../outbox/confirmations.ts';
import { RangeSet, type SequenceRange } from '../outbox/ranges.ts';

export interface SendPlanSettings {
  /** Readings sent live that a working consumer has not confirmed yet. */
  windowReadings: number;
  /** The same for the backlog. */
  backlogWindowReadings: number;
  resendAfterMs: number;
  resendAfterMsMax: number;
  random: () => number;
}

interface InFlight {
  from: number;
  to: number;
  sentAtMs: number;
  live: boolean;
}

/**
 * Decides what of one outbox goes out next. Pure but for its own state; times are steady milliseconds.
 *
 * Live readings are those behind the cursor, in order. Everything before the cursor that some required consumer has not
 * confirmed and that is not on its way is the backlog: what a long outage left, and what went unconfirmed for
 * `resendAfterMs`. A consumer that lets readings time out is late: it is not waited for any more, so that its trouble
 * does not hold the others up, and gets one batch now and then, each time after twice as long, until it confirms again.
 */
export class SendPlan {
  readonly #settings: SendPlanSettings;
  readonly #confirmations: Confirmations;
  readonly #late = new Set<Consumer>();
  #cursor = 1;
  #inFlight: InFlight[] = [];
  #probes = 0;
  #nextProbeAtMs = 0;

  constructor(confirmations: Confirmations, settings: SendPlanSettings) {
    this.#confirmations = confirmations;
    this.#settings = settings;
  }

  /** A new connection: nothing is on its way any more. @param liveFrom the first sequence young enough to be live */
  restart(liveFrom: number): void {
    this.#inFlight = [];
    this.#late.clear();
    this.#probes = 0;
    this.#nextProbeAtMs = 0;
    this.#cursor = liveFrom;
  }

  get lateConsumers(): ReadonlySet<Consumer> {
    return this.#late;
  }

  /** How many readings may go out live now, and from which sequence. */
  nextLive(): { from: number; readingsMax: number } {
    const used = this.#late.size === REQUIRED_CONSUMERS.length ? Infinity : this.#windowUsed(true);
    return { from: this.#cursor, readingsMax: Math.max(0, this.#settings.windowReadings - used) };
  }

  /** The oldest run of the backlog that may go out now. */
  nextBacklog(nowMs: number): SequenceRange | undefined {
    const waitingForLate = nowMs < this.#nextProbeAtMs;
    if (this.#windowUsed(false) >= this.#settings.backlogWindowReadings) return undefined;
    const prompt = REQUIRED_CONSUMERS.filter((consumer) => !this.#late.has(consumer));
    const wanting = waitingForLate ? prompt : REQUIRED_CONSUMERS;
    if (wanting.length === 0 || this.#cursor <= 1) return undefined;
    const settled = RangeSet.intersect(wanting.map((consumer) => this.#confirmations.of(consumer)));
    for (const { from, to } of this.#inFlight) settled.add(from, to);
    return settled.missingWithin(1, this.#cursor - 1)[0];
  }

  sentLive(from: number, to: number, nowMs: number): void {
    this.#cursor = to + 1;
    this.#inFlight.push({ from, to, sentAtMs: nowMs, live: true });
  }

  sentBacklog(from: number, to: number, nowMs: number): void {
    this.#inFlight.push({ from, to, sentAtMs: nowMs, live: false });
    if (this.#late.size === 0) return;
    const { resendAfterMs, resendAfterMsMax, random } = this.#settings;
    const delayMs = Math.min(resendAfterMsMax, resendAfterMs * 2 ** Math.min(this.#probes, 20));
    this.#nextProbeAtMs = nowMs + delayMs * (0.5 + random() / 2);
    this.#probes += 1;
  }

  /** These sequences hold nothing (any more). */
  skip(to: number): void {
    if (to >= this.#cursor) this.#cursor = to + 1;
  }

  /** A consumer has confirmed something new. */
  confirmed(consumer: Consumer): void {
    if (this.#late.delete(consumer)) {
      this.#probes = 0;
      this.#nextProbeAtMs = 0;
    }
    this.#inFlight = this.#inFlight.filter(({ from, to }) => !this.#confirmations.coveredByAll(from, to));
  }

  /** Takes back what went unconfirmed for too long. @returns how many readings */
  expire(nowMs: number): number {
    const expired = this.#inFlight.filter(({ sentAtMs }) => nowMs - sentAtMs >= this.#settings.resendAfterMs);
    if (expired.length === 0) return 0;
    this.#inFlight = this.#inFlight.filter((batch) => !expired.includes(batch));
    let readings = 0;
    for (const { from, to } of expired) {
      readings += to - from + 1;
      for (const consumer of REQUIRED_CONSUMERS) {
        if (!this.#confirmations.of(consumer).covers(from, to)) this.#late.add(consumer);
      }
    }
    return readings;
  }

  #windowUsed(live: boolean): number {
    const awaited = REQUIRED_CONSUMERS.filter((consumer) => !this.#late.has(consumer));
    let used = 0;
    for (const batch of this.#inFlight) {
      if (batch.live !== live) continue;
      const isAwaited = awaited.some((consumer) => !this.#confirmations.of(consumer).covers(batch.from, batch.to));
      if (isAwaited || awaited.length === 0) used += batch.to - batch.from + 1;
    }
    return used;
  }
}
