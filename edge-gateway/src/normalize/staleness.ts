import { medianOf } from './median.ts';

const STALE_AFTER_MIN_MS = 15 * 60_000;
const PAUSES_UNTIL_STALE = 3;
const GAPS_REMEMBERED = 8;

/**
 * Watches how often a sensor speaks. Without a setting it is stale after three of its longest recent pauses, but not
 * before 15 minutes: a device that sends on change only, or once an hour, is not given up too early.
 */
export class SilenceWatch {
  readonly #staleAfterMs: number | undefined;
  #lastAtMs: number | undefined;
  #gapsMs: number[] = [];
  /** Asked for several times a sample, so it is kept until a pause is added. */
  #typicalGapMs: number | undefined;
  #stale = false;

  constructor(staleAfterMs: number | undefined) {
    this.#staleAfterMs = staleAfterMs;
  }

  get lastAtMs(): number | undefined {
    return this.#lastAtMs;
  }

  get stale(): boolean {
    return this.#stale;
  }

  /** The usual time between two samples; undefined before it is known. */
  get typicalGapMs(): number | undefined {
    if (this.#gapsMs.length < 4) return undefined;
    this.#typicalGapMs ??= medianOf(this.#gapsMs);
    return this.#typicalGapMs;
  }

  /** @returns the time since the sample before, undefined for the first */
  heard(atMs: number): number | undefined {
    const gapMs = this.#lastAtMs === undefined ? undefined : atMs - this.#lastAtMs;
    // The silence that made it stale says nothing of how often it usually speaks.
    if (gapMs !== undefined && !this.#stale) this.#remember(gapMs);
    this.#lastAtMs = atMs;
    this.#stale = false;
    return gapMs;
  }

  /** True once, at the moment the sensor has been silent for too long. */
  becameStale(nowMs: number): boolean {
    if (this.#stale || this.#lastAtMs === undefined || nowMs - this.#lastAtMs < this.#limitMs()) return false;
    this.#stale = true;
    return true;
  }

  #remember(gapMs: number): void {
    this.#typicalGapMs = undefined;
    this.#gapsMs.push(gapMs);
    if (this.#gapsMs.length > GAPS_REMEMBERED) this.#gapsMs.shift();
  }

  #limitMs(): number {
    if (this.#staleAfterMs !== undefined) return this.#staleAfterMs;
    return Math.max(STALE_AFTER_MIN_MS, PAUSES_UNTIL_STALE * Math.max(0, ...this.#gapsMs));
  }
}
