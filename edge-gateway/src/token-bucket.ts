/** A token bucket on a clock of its caller: `perSecond` on average, at most `capacity` at once. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAtMs: number;

  /** @param capacity how many may pass at once after a rest; one second's worth unless told */
  constructor(perSecond: number, nowMs: number, capacity = Math.max(1, perSecond)) {
    this.#perSecond = perSecond;
    this.#capacity = capacity;
    this.#tokens = capacity;
    this.#filledAtMs = nowMs;
  }

  /** How many may pass now. */
  available(nowMs: number): number {
    const elapsedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#tokens = Math.min(this.#capacity, this.#tokens + (elapsedMs * this.#perSecond) / 1_000);
    this.#filledAtMs = nowMs;
    return Math.floor(this.#tokens);
  }

  /** May take more than there is: the debt is paid off first. */
  take(count: number): void {
    this.#tokens -= count;
  }

  /** How long until a token is there; 0 if one is. */
  waitMs(nowMs: number): number {
    return this.available(nowMs) >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1_000);
  }
}
