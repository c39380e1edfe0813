import { queryOptions, useQuery } from '@tanstack/react-query';

import { api, unwrap } from './client';

export function sitesQuery() {
  return queryOptions({
    queryKey: ['sites'] as const,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/sites', { signal })),
    staleTime: 3_600_000,
  });
}

/** What people call a site; its id until that is known. */
export function useSiteName(): (siteId: string) => string {
  const { data } = useQuery(sitesQuery());
  return (siteId) => data?.items.find((site) => site.siteId === siteId)?.name ?? siteId;
}
