const DAY_MS = 86_400_000;

export interface ExpiringLot {
  itemId: string;
  expiresAtMs: number;
  remaining: number;
}

/** How much of lots a policy does not count as stock: what expires within so many days; nothing if the policy says none. */
export function unusableOf(
  lots: readonly ExpiringLot[],
  itemId: string,
  usableDaysLeft: number | undefined,
  nowMs: number,
): number {
  if (usableDaysLeft === undefined) return 0;
  let sum = 0;
  for (const lot of lots) {
    if (lot.itemId === itemId && lot.expiresAtMs <= nowMs + usableDaysLeft * DAY_MS) sum += lot.remaining;
  }
  return sum;
}
