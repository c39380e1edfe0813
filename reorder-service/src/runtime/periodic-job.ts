/**
 * Runs `work` every `intervalMs` and whenever it is woken, never twice at once. A wake during a run makes one more run
 * follow at once. Errors go to `onError`; the job goes on.
 */
export class PeriodicJob {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = true;

  constructor(
    private readonly options: { intervalMs: number; work: () => Promise<unknown>; onError: (error: unknown) => void },
  ) {}

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  wake(): void {
    if (this.#stopped) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#stopped) return;
      if (this.#again) this.wake();
      else this.#timer = setTimeout(() => this.wake(), this.options.intervalMs);
    });
  }

  /** Resolves when the run in progress has ended; none follows. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#again = false;
    try {
      await this.options.work();
    } catch (error) {
      this.options.onError(error);
    }
  }
}
