import type { ReadingQuality } from '@shelfwire/contract';

/** What a reading is compared by: one number, or several with a threshold each. */
export interface ReportedValue {
  value: number;
  /** Differences of this much or more are a change. */
  threshold: number;
}

/**
 * Report on change, plus a heartbeat. A good value goes out when it changed, when the quality before was another, or when
 * the heartbeat is due. A doubtful one goes out too, but not more often than `doubtfulEveryMs`, whatever it does.
 */
export class ReportGate {
  readonly #heartbeatMs: number;
  readonly #doubtfulEveryMs: number;
  #last: { quality: ReadingQuality; values: readonly ReportedValue[]; atMs: number } | undefined;
  #doubtfulAtMs: number | undefined;

  constructor(settings: { heartbeatMs: number; doubtfulEveryMs: number }) {
    this.#heartbeatMs = settings.heartbeatMs;
    this.#doubtfulEveryMs = settings.doubtfulEveryMs;
  }

  /**
   * True if this one is to be sent; it then counts as sent.
   * @param mayBeLast the first doubt after a good value is sent at once: the device may not speak again
   */
  passes(quality: ReadingQuality, values: readonly ReportedValue[], atMs: number, mayBeLast = false): boolean {
    const firstDoubt = mayBeLast && this.#last?.quality === 'good';
    const due = quality === 'good' ? this.#goodIsDue(values, atMs) : firstDoubt || this.#doubtfulIsDue(atMs);
    if (due) this.force(quality, values, atMs);
    return due;
  }

  /** Notes a reading that was sent without asking. */
  force(quality: ReadingQuality, values: readonly ReportedValue[], atMs: number): void {
    this.#last = { quality, values, atMs };
    if (quality !== 'good') this.#doubtfulAtMs = atMs;
  }

  #goodIsDue(values: readonly ReportedValue[], atMs: number): boolean {
    const last = this.#last;
    if (!last || last.quality !== 'good' || last.values.length !== values.length) return true;
    if (atMs - last.atMs >= this.#heartbeatMs) return true;
    return values.some(({ value, threshold }, index) => {
      const before = last.values[index]?.value;
      return before === undefined || (value !== before && Math.abs(value - before) >= threshold);
    });
  }

  #doubtfulIsDue(atMs: number): boolean {
    return this.#doubtfulAtMs === undefined || atMs - this.#doubtfulAtMs >= this.#doubtfulEveryMs;
  }
}
