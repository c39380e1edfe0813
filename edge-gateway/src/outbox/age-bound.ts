import { ClockTrust } from '../clock-trust.ts';
import type { GatewayClock } from '../gateway-clock.ts';
import { AgeMarks } from '../uplink/age-marks.ts';
import type { OutboxLane } from './lane.ts';
import type { Outbox } from './outbox.ts';

const CHECK_EVERY_MS = 60_000;

export interface AgeBoundOptions {
  ageMsMax: number;
  clock: GatewayClock;
  /** Nothing else is given up for its age. */
  telemetry: OutboxLane;
  /** How many readings went that some consumer had not confirmed. */
  gaveUp: (count: number) => void;
}

/**
 * Gives up telemetry that is too old to be worth anything, whole segments at a time. A wrong clock must not delete what is
 * young: see ClockTrust; and what came while this process ran must be old by the steady clock as well.
 */
export class AgeBound {
  readonly #options: AgeBoundOptions;
  readonly #trust: ClockTrust;
  readonly #marks = new WeakMap<Outbox, AgeMarks>();
  #checkedAtMs = -Infinity;

  constructor(options: AgeBoundOptions) {
    this.#options = options;
    this.#trust = new ClockTrust(options.clock);
    this.#note();
  }

  /** Call it about once a second. */
  async enforce(): Promise<void> {
    const { ageMsMax, clock, telemetry, gaveUp } = this.#options;
    this.#note();
    const steadyMs = clock.steadyNow();
    if (!this.#trust.isBelieved() || steadyMs - this.#checkedAtMs < CHECK_EVERY_MS) return;
    this.#checkedAtMs = steadyMs;
    const firstYoung = (outbox: Outbox): number => this.#marks.get(outbox)?.firstYoung(steadyMs) ?? 1;
    const count = await telemetry.dropOld(clock.now() - ageMsMax, firstYoung);
    if (count > 0) gaveUp(count);
  }

  #note(): void {
    const { ageMsMax, clock, telemetry } = this.#options;
    for (const outbox of telemetry.outboxes) {
      let marks = this.#marks.get(outbox);
      if (!marks) {
        marks = new AgeMarks(ageMsMax, outbox.lastSequence + 1);
        this.#marks.set(outbox, marks);
      }
      marks.note(clock.steadyNow(), outbox.lastSequence);
    }
  }
}
