const DAY_MS = 86_400_000;

/** "in 5 days", "today", "2 days ago": by whole days of the clock here. */
export function describeDaysLeft(atMs: number, nowMs: number): string {
  const days = Math.round((startOfDay(atMs) - startOfDay(nowMs)) / DAY_MS);
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  if (days === -1) return 'yesterday';
  return days > 0 ? `in ${days} days` : `${-days} days ago`;
}

/** Of the local day: rounded, since a day of a clock change has 23 or 25 hours. */
function startOfDay(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

export function describeDay(atMs: number): string {
  return day.format(atMs);
}

/** The last day on which it may be used: a lot expires at the end of it. */
export function lastUsableDay(expiresAtMs: number): string {
  return describeDay(expiresAtMs - 1);
}

/** What a date field says → the end of that day (UTC, as the service reads dates); undefined for an empty field. */
export function endOfDay(isoDay: string): number | undefined {
  const atMs = Date.parse(isoDay);
  return Number.isNaN(atMs) ? undefined : atMs + DAY_MS;
}
