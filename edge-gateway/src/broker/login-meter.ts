import { DEFAULT_LIMITS, type LoginLimits } from '../gateway-file.ts';
import { TokenBucket } from '../token-bucket.ts';

/** How long a message may be made to wait; a device that is further ahead of its rate loses its connection. */
const DELAY_MS_MAX = 30_000;

/** What one login may do per time. Connections beyond it are refused; messages beyond it wait, and none is lost. */
export class LoginMeter {
  readonly #connects: TokenBucket;
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;

  /** @param devices how many share the login: each may do what the limits say */
  constructor(limits: LoginLimits | undefined, devices: number, nowMs: number) {
    const { connectsPerMinute, messagesPerSecond, bytesPerSecond } = limits ?? DEFAULT_LIMITS;
    const times = Math.max(1, devices);
    this.#connects = new TokenBucket((times * connectsPerMinute) / 60, nowMs, times * connectsPerMinute);
    this.#messages = new TokenBucket(times * messagesPerSecond, nowMs);
    this.#bytes = new TokenBucket(times * bytesPerSecond, nowMs);
  }

  mayConnect(nowMs: number): boolean {
    if (this.#connects.waitMs(nowMs) > 0) return false;
    this.#connects.take(1);
    return true;
  }

  /** @returns how long the message must wait, 0 mostly; undefined if it is too far ahead to wait */
  delayMs(payloadBytes: number, nowMs: number): number | undefined {
    const delayMs = Math.max(this.#messages.waitMs(nowMs), this.#bytes.waitMs(nowMs));
    if (delayMs > DELAY_MS_MAX) return undefined;
    this.#messages.take(1);
    this.#bytes.take(payloadBytes);
    return delayMs;
  }
}
