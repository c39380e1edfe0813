import type { GatewayClock } from './gateway-clock.ts';

const STEP_MS_MAX = 3_600_000;
const HELD_FOR_MS = 15 * 60_000;

/**
 * Whether the wall clock may judge how old something on the disk is. It may when it was set and has run beside the steady
 * clock for a quarter of an hour without moving more than an hour against it, in one step or in many. So long, too, after a
 * start: a clock that came up wrong is mostly corrected within minutes.
 */
export class ClockTrust {
  readonly #clock: GatewayClock;
  #held: { offsetMs: number; sinceSteadyMs: number } | undefined;

  constructor(clock: GatewayClock) {
    this.#clock = clock;
  }

  /** Ask at least every few minutes: a step that came and went in between is not seen. */
  isBelieved(): boolean {
    if (!this.#clock.wasSet) {
      this.#held = undefined;
      return false;
    }
    const steadyMs = this.#clock.steadyNow();
    const offsetMs = this.#clock.now() - steadyMs;
    if (!this.#held || Math.abs(offsetMs - this.#held.offsetMs) > STEP_MS_MAX) {
      this.#held = { offsetMs, sinceSteadyMs: steadyMs };
    }
    return steadyMs - this.#held.sinceSteadyMs >= HELD_FOR_MS;
  }
}
