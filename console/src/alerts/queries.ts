import { infiniteQueryOptions, mutationOptions, type QueryClient } from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import { PAGING, type Page } from '../api/paging';
import type { Alert } from '../api/types';

const PAGE_ITEMS = 100;
/** The event stream says when they change; this is for when it was cut. */
const REFRESH_MS = 60_000;

export function alertsQuery({ open }: { open: boolean }) {
  return infiniteQueryOptions({
    queryKey: ['alerts', { open }] as const,
    queryFn: ({ pageParam, signal }): Promise<Page<Alert>> => {
      const query = { limit: PAGE_ITEMS, open: open ? ('true' as const) : ('false' as const) };
      const params = { query: pageParam === undefined ? query : { ...query, cursor: pageParam } };
      return unwrap(api.GET('/api/v1/alerts', { params, signal }));
    },
    ...PAGING,
    refetchInterval: REFRESH_MS,
  });
}

export function acknowledgeMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: (alertId: string) =>
      unwrap(api.POST('/api/v1/alerts/{alertId}/acknowledge', { params: { path: { alertId } } })),
    // Not waited for: what is read again may take the component away that has something to say about the outcome.
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['alerts'] }),
  });
}
