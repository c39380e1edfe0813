/** Lets one loop sleep until there is something to do. A wake that comes while it works is not lost. */
export class Wake {
  #called = false;
  #resolve: (() => void) | undefined;

  now(): void {
    this.#called = true;
    this.#resolve?.();
  }

  async wait(timeoutMs: number): Promise<void> {
    if (!this.#called) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#resolve = undefined;
    this.#called = false;
  }
}
