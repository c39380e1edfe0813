import { useInfiniteQuery } from '@tanstack/react-query';

import { useSession } from '../session/session';
import { alertsQuery } from './queries';
import { describeCount, sortAlerts } from './sort-alerts';

/** How many alerts wait for somebody, for a badge; undefined when there are none. */
export function useAlertCount(): string | undefined {
  const role = useSession()?.user.role;
  const mayLook = role !== undefined && role !== 'supplier';
  const { data } = useInfiniteQuery({ ...alertsQuery({ open: true }), enabled: mayLook });
  if (!data) return undefined;
  const { waiting } = sortAlerts(data.pages.flatMap((page) => page.items));
  return describeCount(waiting.length, (data.pages.at(-1)?.nextCursor ?? null) !== null);
}
