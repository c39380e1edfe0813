import type { ClockQuality } from '@shelfwire/contract';

/**
 * The three times of a reading (design D3). A device's clock is judged by its offset to the gateway's: the smallest
 * recent `received − observed`, since delay only adds. A clock that is right is taken as it is, a steadily wrong one is
 * shifted by its offset, an impossible one (1970, the far future) is not used at all.
 */

/** What the contract can carry; a gateway that booted in 1970 is lifted to it. */
const EPOCH_MS_MIN = 1_000_000_000_000;
const EPOCH_MS_MAX = 9_999_999_999_999;
/** 2020-01-01 to 2100-01-01: a clock before it was never set, one after it never will be. */
const PLAUSIBLE_SINCE_MS = 1_577_836_800_000;
const PLAUSIBLE_UNTIL_MS = 4_102_444_800_000;
/** Network delay and seconds-only timestamps stay inside it; a device this near is right. */
const TOLERANCE_MS = 10_000;
/** Later than this behind its own clock's usual delay, a sample was kept back: it is not "now" any more. */
const LATE_AFTER_MS = 5 * 60_000;
/** History may be this old; the storage's retention is two years. */
const HISTORY_MAX_MS = 2 * 366 * 86_400_000;
const OFFSETS_REMEMBERED = 16;
const STEP_CONFIRMATIONS = 3;

export interface Stamp {
  observedAtMs?: number;
  receivedAtMs: number;
  clockQuality: ClockQuality;
  historical?: true;
  /** Marked as history, but nobody knows from when. */
  undated?: true;
}

export class DeviceClock {
  readonly #useDeviceTime: boolean;
  #offsets: { offsetMs: number; receivedAtMs: number }[] = [];
  #latest: { observedAtMs: number; receivedAtMs: number } | undefined;

  constructor(source: 'device' | 'gateway') {
    this.#useDeviceTime = source === 'device';
  }

  /** Forgets what it learned, as after a step of the gateway's own clock. */
  reset(): void {
    this.#offsets = [];
    this.#latest = undefined;
  }

  stamp(sample: { observedAtMs?: number; historical?: boolean }, receivedAtMs: number): Stamp {
    const received = Math.min(EPOCH_MS_MAX, Math.max(EPOCH_MS_MIN, Math.round(receivedAtMs)));
    const gatewayTime: Stamp = { receivedAtMs: received, clockQuality: 'gateway' };
    const observedAtMs = this.#useDeviceTime ? this.#plausible(sample.observedAtMs, received) : undefined;
    if (sample.historical) return this.#stampHistory(observedAtMs, gatewayTime);
    if (observedAtMs === undefined) return gatewayTime;
    // The gateway booted without a time of its own: the device's is the better one.
    if (received < PLAUSIBLE_SINCE_MS) return { observedAtMs, receivedAtMs: received, clockQuality: 'device' };

    if (this.#standsStill(observedAtMs, received)) return gatewayTime;
    this.#learn(received - observedAtMs, received);
    const offsetMs = this.#offsetMs();
    const delayMs = received - observedAtMs - offsetMs;
    const late = delayMs > LATE_AFTER_MS ? ({ historical: true } as const) : {};
    if (Math.abs(offsetMs) <= TOLERANCE_MS) {
      return { observedAtMs, receivedAtMs: received, clockQuality: 'device', ...late };
    }
    return { observedAtMs: observedAtMs + offsetMs, receivedAtMs: received, clockQuality: 'corrected', ...late };
  }

  /** A clock that says the same again much later has stopped, or somebody sends one payload by hand again and again. */
  #standsStill(observedAtMs: number, receivedAtMs: number): boolean {
    const latest = this.#latest;
    if (latest?.observedAtMs === observedAtMs) return receivedAtMs - latest.receivedAtMs > TOLERANCE_MS;
    this.#latest = { observedAtMs, receivedAtMs };
    return false;
  }

  #stampHistory(observedAtMs: number | undefined, gatewayTime: Stamp): Stamp {
    if (observedAtMs === undefined) return { ...gatewayTime, historical: true, undated: true };
    const offsetMs = this.#offsets.length === 0 ? 0 : this.#offsetMs();
    const corrected = Math.abs(offsetMs) > TOLERANCE_MS;
    const atMs = corrected ? observedAtMs + offsetMs : observedAtMs;
    // History of tomorrow: the clock is wrong by an amount nobody knows yet.
    if (atMs > gatewayTime.receivedAtMs + TOLERANCE_MS) return { ...gatewayTime, historical: true, undated: true };
    return {
      observedAtMs: atMs,
      receivedAtMs: gatewayTime.receivedAtMs,
      clockQuality: corrected ? 'corrected' : 'device',
      historical: true,
    };
  }

  #plausible(observedAtMs: number | undefined, receivedAtMs: number): number | undefined {
    if (observedAtMs === undefined || !Number.isFinite(observedAtMs)) return undefined;
    const rounded = Math.round(observedAtMs);
    if (rounded < PLAUSIBLE_SINCE_MS || rounded > PLAUSIBLE_UNTIL_MS) return undefined;
    const gatewayKnows = receivedAtMs >= PLAUSIBLE_SINCE_MS;
    const tooOld = rounded < receivedAtMs - HISTORY_MAX_MS;
    const tooNew = rounded > receivedAtMs + 366 * 86_400_000;
    return gatewayKnows && (tooOld || tooNew) ? undefined : rounded;
  }

  #learn(offsetMs: number, receivedAtMs: number): void {
    const last = this.#offsets.at(-1);
    if (last?.receivedAtMs === receivedAtMs) {
      // One frame with many samples is one observation of the clock: its newest sample.
      last.offsetMs = Math.min(last.offsetMs, offsetMs);
      return;
    }
    this.#offsets = [...this.#offsets, { offsetMs, receivedAtMs }].slice(-OFFSETS_REMEMBERED);
    // Two clocks that agree are both right: no delay makes a wrong one fit so well by chance.
    if (Math.abs(offsetMs) <= TOLERANCE_MS) this.#offsets = this.#offsets.slice(-1);
    // A stepped clock keeps its new offset while time passes; samples kept back and sent in a row do not.
    const recent = this.#offsets.slice(-STEP_CONFIRMATIONS);
    const [first] = recent;
    const values = recent.map((entry) => entry.offsetMs);
    const agrees = Math.max(...values) - Math.min(...values) <= TOLERANCE_MS;
    const timePassed = first !== undefined && receivedAtMs - first.receivedAtMs > TOLERANCE_MS;
    if (recent.length === STEP_CONFIRMATIONS && agrees && timePassed) this.#offsets = recent;
  }

  #offsetMs(): number {
    return Math.min(...this.#offsets.map((entry) => entry.offsetMs));
  }
}

/**
 * A time for the filters that never jumps, made of one that may: the gateway's wall clock steps at boot, by NTP or by
 * hand, and no window, heartbeat or absence may take such a step for time that passed. Steps back are seen at once;
 * steps forward between two ticks, which come at a steady beat.
 */
export class SteadyTime {
  #wallMs: number | undefined;
  #steadyMs = 0;
  #lastTickWallMs: number | undefined;
  #beatMs: number | undefined;

  /** @returns the steady time, and whether the wall clock was found to have stepped */
  advance(wallMs: number): { steadyMs: number; stepped: boolean } {
    return this.#advance(wallMs, Number.POSITIVE_INFINITY);
  }

  tick(wallMs: number): { steadyMs: number; stepped: boolean } {
    const beatMs = this.#lastTickWallMs === undefined ? undefined : wallMs - this.#lastTickWallMs;
    const limitMs = this.#beatMs === undefined ? Number.POSITIVE_INFINITY : Math.max(60_000, this.#beatMs * 20);
    const result = this.#advance(wallMs, limitMs);
    if (beatMs !== undefined && beatMs > 0 && !result.stepped) this.#beatMs = beatMs;
    this.#lastTickWallMs = wallMs;
    return result;
  }

  #advance(wallMs: number, limitMs: number): { steadyMs: number; stepped: boolean } {
    const passedMs = this.#wallMs === undefined ? 0 : wallMs - this.#wallMs;
    this.#wallMs = wallMs;
    const stepped = passedMs < -STEP_BACK_MIN_MS || passedMs > limitMs;
    if (!stepped) this.#steadyMs += Math.max(0, passedMs);
    return { steadyMs: this.#steadyMs, stepped };
  }
}

/** Frames of several connections may be handed over slightly out of order; that is no step. */
const STEP_BACK_MIN_MS = 2_000;
