/**
 * One life of a simulated process. Work that was under way when the process died never ends, as in a real process: who
 * waits for it waits for the death instead.
 */
export class Life {
  #dead = false;
  #die: () => void = () => undefined;
  readonly #death = new Promise<void>((resolve) => {
    this.#die = resolve;
  });

  get isDead(): boolean {
    return this.#dead;
  }

  end(): void {
    this.#dead = true;
    this.#die();
  }

  /** @returns what the work gave, or undefined if the process died first */
  async during<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    if (this.#dead) return undefined;
    const result = await Promise.race([work(), this.#death.then(() => undefined)]);
    return this.#dead ? undefined : result;
  }

  /** For code inside the process: dead code does not go on. */
  async pass(): Promise<void> {
    if (this.#dead) await new Promise<never>(() => undefined);
  }
}
