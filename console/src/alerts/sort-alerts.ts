import type { Alert } from '../api/types';

const RANKS: Readonly<Record<Alert['severity'], number>> = { critical: 0, warning: 1, info: 2 };

/** What nobody has taken on, the worst first and then the newest; and apart from it what somebody looks after. */
export function sortAlerts(alerts: readonly Alert[]): { waiting: Alert[]; takenOn: Alert[] } {
  const sorted = alerts.toSorted((a, b) => RANKS[a.severity] - RANKS[b.severity] || b.raisedAtMs - a.raisedAtMs);
  return {
    waiting: sorted.filter((alert) => alert.acknowledgedAtMs === null),
    takenOn: sorted.filter((alert) => alert.acknowledgedAtMs !== null),
  };
}

/** For a small round badge: 0 is not shown, and beyond 99 the number says nothing. */
export function describeCount(count: number, more: boolean): string | undefined {
  if (count === 0) return undefined;
  return count > 99 || more ? '99+' : String(count);
}
