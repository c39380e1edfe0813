const BACKOFF_MAX_MS = 5 * 60_000;

/** Full jitter: anything between nothing and the doubled bound, so that a recovering supplier is not hit at once. */
export function backoffMs(attempts: number, firstMs: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(BACKOFF_MAX_MS, firstMs * 2 ** Math.max(0, attempts - 1)));
}
