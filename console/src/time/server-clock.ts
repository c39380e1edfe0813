// The Date header has whole seconds, and an answer takes its time: a smaller difference is no difference.
const TOLERANCE_MS = 2_000;

/** Ages are told by the server's clock: a tablet whose clock is wrong must not make fresh readings look old. */
class ServerClock {
  #offsetMs = 0;

  observe(dateHeader: string | null, nowMs: number): void {
    const serverMs = Date.parse(dateHeader ?? '');
    if (Number.isNaN(serverMs)) return;
    const offsetMs = serverMs - nowMs;
    this.#offsetMs = Math.abs(offsetMs) > TOLERANCE_MS ? offsetMs : 0;
  }

  nowMs(): number {
    return Date.now() + this.#offsetMs;
  }
}

export const serverClock = new ServerClock();
