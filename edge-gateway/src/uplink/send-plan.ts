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

/** How a consumer keeps up. */
interface Progress {
  /** When it last confirmed something new, or when there was first something to confirm. */
  atMs: number;
  /** When the newest of what it has confirmed was sent. */
  sentAtMs: number;
}

const IN_FLIGHT_MAX = 1_000;

/**
 * Decides what of one outbox goes out next. Pure but for its own state; times are steady milliseconds.
 *
 * Live readings are those behind the cursor, in order. Everything before the cursor that some required consumer has not
 * confirmed and that is not on its way is the backlog: what a long outage left, and what was lost.
 *
 * What is on its way may wait in the broker for long, behind a slow consumer: sending it again would only make the
 * queue longer, and the consumer slower. It is lost when the consumer has confirmed what was sent `resendAfterMs`
 * later, since messages keep their order. A consumer that confirms nothing at all for so long is silent: it gets one
 * batch that it lacks now and then, each time after twice as long; the confirmation of that batch tells that all before it was lost.
 * A consumer that is silent or behind by more than that is not waited for, so that its trouble does not hold the others up.
 */
export class SendPlan {
  readonly #settings: SendPlanSettings;
  readonly #confirmations: Confirmations;
  /** Not waited for. */
  readonly #late = new Set<Consumer>();
  /** Of these, who confirms nothing. */
  readonly #silent = new Set<Consumer>();
  readonly #progress = new Map<Consumer, Progress>();
  #cursor = 1;
  #inFlight: InFlight[] = [];
  #probes = 0;
  #nextProbeAtMs = 0;
  /** Of the silent, who was asked since then. */
  readonly #asked = new Set<Consumer>();

  constructor(confirmations: Confirmations, settings: SendPlanSettings) {
    this.#confirmations = confirmations;
    this.#settings = settings;
  }

  /** A new connection: nothing is on its way any more. @param liveFrom the first sequence young enough to be live */
  restart(liveFrom: number): void {
    this.#inFlight = [];
    this.#late.clear();
    this.#silent.clear();
    this.#progress.clear();
    this.#probes = 0;
    this.#nextProbeAtMs = 0;
    this.#asked.clear();
    this.#cursor = liveFrom;
  }

  /** How many readings may go out live now, and from which sequence. */
  nextLive(): { from: number; readingsMax: number } {
    const used = this.#late.size === REQUIRED_CONSUMERS.length ? Infinity : this.#windowUsed(true);
    return { from: this.#cursor, readingsMax: Math.max(0, this.#settings.windowReadings - used) };
  }

  /** The oldest run of the backlog that may go out now. */
  nextBacklog(nowMs: number): SequenceRange | undefined {
    if (this.#cursor <= 1) return undefined;
    const asked = nowMs < this.#nextProbeAtMs ? undefined : this.#unasked();
    // Whatever is on its way to it: one batch shows whether anybody is there.
    if (asked !== undefined) return this.#missing([asked], []);
    if (this.#windowUsed(false) >= this.#settings.backlogWindowReadings) return undefined;
    const heard = REQUIRED_CONSUMERS.filter((consumer) => !this.#silent.has(consumer));
    return heard.length === 0 ? undefined : this.#missing(heard, this.#inFlight);
  }

  /** Each silent consumer is asked with something that it lacks: what another lacks says nothing to it. */
  #unasked(): Consumer | undefined {
    for (const consumer of this.#silent) if (!this.#asked.has(consumer)) return consumer;
    return undefined;
  }

  #missing(consumers: readonly Consumer[], onTheirWay: readonly InFlight[]): SequenceRange | undefined {
    const settled = RangeSet.intersect(consumers.map((consumer) => this.#confirmations.of(consumer)));
    for (const { from, to } of onTheirWay) settled.add(from, to);
    return settled.missingWithin(1, this.#cursor - 1)[0];
  }

  sentLive(from: number, to: number, nowMs: number): void {
    this.#cursor = to + 1;
    this.#sent({ from, to, sentAtMs: nowMs, live: true });
  }

  sentBacklog(from: number, to: number, nowMs: number): void {
    this.#inFlight = this.#inFlight.filter((batch) => batch.from < from || batch.to > to);
    this.#sent({ from, to, sentAtMs: nowMs, live: false });
    if (this.#silent.size === 0 || nowMs < this.#nextProbeAtMs) return;
    for (const consumer of this.#silent) {
      if (!this.#confirmations.of(consumer).covers(from, to)) this.#asked.add(consumer);
    }
    if (this.#unasked() !== undefined) return;
    this.#asked.clear();
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
  confirmed(consumer: Consumer, nowMs: number): void {
    const confirmations = this.#confirmations.of(consumer);
    let { sentAtMs } = this.#progress.get(consumer) ?? { sentAtMs: -Infinity };
    for (const batch of this.#inFlight) {
      if (batch.sentAtMs > sentAtMs && confirmations.covers(batch.from, batch.to)) ({ sentAtMs } = batch);
    }
    this.#progress.set(consumer, { atMs: nowMs, sentAtMs });
    if (this.#silent.delete(consumer)) {
      this.#asked.clear();
      this.#probes = 0;
      this.#nextProbeAtMs = 0;
    }
    this.#inFlight = this.#inFlight.filter(({ from, to }) => !this.#confirmations.coveredByAll(from, to));
  }

  /** Finds what was lost, and who is behind. @returns how many readings were lost, to be sent again */
  expire(nowMs: number): number {
    for (const consumer of REQUIRED_CONSUMERS) this.#judge(consumer, nowMs);
    const lost = this.#inFlight.filter((batch) => REQUIRED_CONSUMERS.some((consumer) => this.#isLost(batch, consumer)));
    if (lost.length === 0) return 0;
    this.#inFlight = this.#inFlight.filter((batch) => !lost.includes(batch));
    return lost.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  }

  #judge(consumer: Consumer, nowMs: number): void {
    const { resendAfterMs } = this.#settings;
    const confirmations = this.#confirmations.of(consumer);
    const oldest = this.#inFlight.find(({ from, to }) => !confirmations.covers(from, to));
    if (!oldest || nowMs - oldest.sentAtMs < resendAfterMs) {
      this.#late.delete(consumer);
      return;
    }
    this.#late.add(consumer);
    const heardAtMs = Math.max(this.#progress.get(consumer)?.atMs ?? -Infinity, oldest.sentAtMs);
    if (nowMs - heardAtMs >= resendAfterMs) this.#silent.add(consumer);
  }

  #isLost({ from, to, sentAtMs }: InFlight, consumer: Consumer): boolean {
    const progress = this.#progress.get(consumer);
    if (!progress || progress.sentAtMs - sentAtMs < this.#settings.resendAfterMs) return false;
    return !this.#confirmations.of(consumer).covers(from, to);
  }

  #sent(batch: InFlight): void {
    this.#inFlight.push(batch);
    if (this.#inFlight.length > IN_FLIGHT_MAX) this.#inFlight = mergeNeighbours(this.#inFlight);
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

/** What is on its way for long, to a consumer that is away, is remembered in fewer pieces. */
function mergeNeighbours(batches: readonly InFlight[]): InFlight[] {
  const merged: InFlight[] = [];
  const old = batches.length / 2;
  for (const [index, batch] of batches.entries()) {
    const before = merged.at(-1);
    if (index < old && before && before.live === batch.live && before.to + 1 === batch.from) {
      merged[merged.length - 1] = { ...batch, from: before.from };
    } else merged.push(batch);
  }
  return merged;
}
