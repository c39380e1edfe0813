const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "just now", "42 s ago", "3 min ago", "2 h 05 min ago", "4 days ago"; a time ahead of us counts as now. */
export function describeAge(atMs: number, nowMs: number): string {
  const ageMs = Math.max(0, nowMs - atMs);
  if (ageMs < 2 * SECOND_MS) return 'just now';
  if (ageMs < MINUTE_MS) return `${Math.floor(ageMs / SECOND_MS)} s ago`;
  if (ageMs < HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)} min ago`;
  if (ageMs < DAY_MS) {
    const minutes = Math.floor((ageMs % HOUR_MS) / MINUTE_MS);
    return `${Math.floor(ageMs / HOUR_MS)} h ${String(minutes).padStart(2, '0')} min ago`;
  }
  const days = Math.floor(ageMs / DAY_MS);
  return days === 1 ? '1 day ago' : `${days} days ago`;
}

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function describeTime(atMs: number): string {
  return dateTime.format(atMs);
}

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** With seconds, for what follows closely. */
export function describeMoment(atMs: number): string {
  return moment.format(atMs);
}
