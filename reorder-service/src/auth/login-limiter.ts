const WINDOW_MS = 15 * 60_000;
const FAILURES_PER_ACCOUNT_MAX = 5;
const FAILURES_PER_ADDRESS_MAX = 50;
const ENTRIES_MAX = 20_000;

interface Attempts {
  failures: number;
  endsAtMs: number;
}

/**
 * Slows down guessing: five failures for one mail from one address, or fifty from one address, close the door until
 * fifteen minutes after the first of them. Counted by mail and address together, so that a stranger cannot lock a
 * colleague out. Kept in memory and bounded: when full, the oldest entry makes room.
 */
export class LoginLimiter {
  readonly #attempts = new Map<string, Attempts>();

  /** @returns how long to wait before the next attempt; 0 is now */
  waitMs(email: string, address: string, nowMs: number): number {
    return Math.max(
      this.#waitOf(accountKey(email, address), FAILURES_PER_ACCOUNT_MAX, nowMs),
      this.#waitOf(addressKey(address), FAILURES_PER_ADDRESS_MAX, nowMs),
    );
  }

  /** Counted as a failure before it is known: attempts side by side must not all slip under the limit. */
  begin(email: string, address: string, nowMs: number): void {
    for (const key of [accountKey(email, address), addressKey(address)]) this.#count(key, nowMs);
  }

  /** Takes back what `begin` counted, and forgets the earlier failures of this mail from this address. */
  succeeded(email: string, address: string): void {
    this.#attempts.delete(accountKey(email, address));
    const ofAddress = this.#attempts.get(addressKey(address));
    if (ofAddress) ofAddress.failures = Math.max(0, ofAddress.failures - 1);
  }

  get entries(): number {
    return this.#attempts.size;
  }

  #waitOf(key: string, failuresMax: number, nowMs: number): number {
    const attempts = this.#attempts.get(key);
    if (attempts === undefined || attempts.endsAtMs <= nowMs || attempts.failures < failuresMax) return 0;
    return attempts.endsAtMs - nowMs;
  }

  #count(key: string, nowMs: number): void {
    const known = this.#attempts.get(key);
    if (known !== undefined && known.endsAtMs > nowMs) {
      known.failures += 1;
      return;
    }
    this.#attempts.delete(key);
    const [oldest] = this.#attempts.keys();
    if (this.#attempts.size >= ENTRIES_MAX && oldest !== undefined) this.#attempts.delete(oldest);
    this.#attempts.set(key, { failures: 1, endsAtMs: nowMs + WINDOW_MS });
  }
}

function accountKey(email: string, address: string): string {
  return `${address} ${email.toLowerCase()}`;
}

function addressKey(address: string): string {
  return address;
}
