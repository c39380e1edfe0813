import type { Retention, TelemetryStore } from './telemetry-store.ts';

const RETRY_MS = 10_000;

/** Calls `maintain` again and again, one after the other: the first time at once, sooner after a failure. */
export class Maintenance {
  readonly #store: Pick<TelemetryStore, 'maintain'>;
  readonly #options: { retention: Retention; intervalMs: number; onFailed: (error: unknown) => void };
  #timer: NodeJS.Timeout | undefined;
  readonly #closing = new AbortController();
  #running: Promise<void>;

  constructor(
    store: Pick<TelemetryStore, 'maintain'>,
    options: { retention: Retention; intervalMs: number; onFailed: (error: unknown) => void },
  ) {
    this.#store = store;
    this.#options = options;
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    const { retention, intervalMs, onFailed } = this.#options;
    let nextMs = intervalMs;
    try {
      await this.#store.maintain(retention, Date.now(), this.#closing.signal);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      onFailed(error);
      nextMs = Math.min(RETRY_MS, intervalMs); // a new database has no bucket until this succeeds
    }
    if (this.#closing.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#run();
    }, nextMs);
  }

  /** Begins nothing new and waits for what runs. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }
}
