import type { Retention, TelemetryStore } from './telemetry-store.ts';

/** Calls `maintain` again and again, one after the other; the first time at once. */
export class Maintenance {
  readonly #store: TelemetryStore;
  readonly #retention: Retention;
  readonly #onFailed: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;

  constructor(
    store: TelemetryStore,
    options: { retention: Retention; intervalMs: number; onFailed: (error: unknown) => void },
  ) {
    this.#store = store;
    this.#retention = options.retention;
    this.#onFailed = options.onFailed;
    this.#timer = setInterval(() => this.#run(), options.intervalMs);
    this.#run();
  }

  #run(): void {
    this.#running ??= this.#store
      .maintain(this.#retention, Date.now())
      .catch((error: unknown) => this.#onFailed(error))
      .then(() => {
        this.#running = undefined;
      });
  }

  /** Begins nothing new and waits for what runs. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
