import type { Reading } from '@shelfwire/contract';

/** Readings of the same moment come in any order; a clock that was set back makes more of a difference. */
const STEP_MS_MIN = 1_000;

/**
 * Marks the readings that a clock set back would make older than those before them, until the clock has caught up. The
 * centre accounts by time: unmarked, they would hide behind what was said with the clock of before.
 */
export class ClockOrder {
  #latestMs: number;

  /** @param latestMs the time of the newest reading so far, over restarts; 0 if there is none */
  constructor(latestMs: number) {
    this.#latestMs = latestMs;
  }

  mark(readings: readonly Reading[]): readonly Reading[] {
    let marked: Reading[] | undefined;
    for (let index = 0; index < readings.length; index += 1) {
      const reading = readings[index];
      if (!reading) continue;
      const { receivedAtMs } = reading;
      if (receivedAtMs >= this.#latestMs) this.#latestMs = receivedAtMs;
      // What a device tells of its past is told with the times of then.
      else if (receivedAtMs < this.#latestMs - STEP_MS_MIN && !reading.historical) {
        marked ??= [...readings];
        marked[index] = { ...reading, notBeforeMs: this.#latestMs };
      }
    }
    return marked ?? readings;
  }
}
