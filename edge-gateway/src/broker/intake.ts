/** What may wait for the disk at once, of all devices: at a few dozen µs each, a turn of the event loop stays short. */
const UNSETTLED_MAX = 4_000;

/**
 * Counts the messages that wait for the disk. When there are too many, nothing more is read from any device until half of them
 * have gone: all ready sockets are read in one turn of the event loop, and beyond a turn's work the uplink, timers and
 * the health page would starve while a fleet sends more than the machine can carry.
 */
export class Intake {
  #unsettled = 0;
  #waiting: (() => void)[] = [];

  get isFull(): boolean {
    return this.#unsettled >= UNSETTLED_MAX;
  }

  enter(): void {
    this.#unsettled += 1;
  }

  leave(): void {
    this.#unsettled -= 1;
    if (this.#waiting.length === 0 || this.#unsettled > UNSETTLED_MAX / 2) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    // In a turn of its own: what is acknowledged now goes out first. Who finds it full again waits behind the others.
    setImmediate(() => {
      for (const readOn of waiting) readOn();
    });
  }

  /** Calls back once, when there may be room. */
  waitForRoom(readOn: () => void): void {
    this.#waiting.push(readOn);
  }
}
