const FIRST_MS = 1_000;
const MAX_MS = 30_000;

/** Full jitter: after a server's restart, a hundred tablets do not all come back in the same instant. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(MAX_MS, FIRST_MS * 2 ** attempt));
}
