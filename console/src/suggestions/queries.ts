import { infiniteQueryOptions, mutationOptions, type QueryClient } from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import { PAGING, type Page } from '../api/paging';
import type { PolicySuggestion } from '../api/types';

const PAGE_ITEMS = 50;

/** Below the policies: whoever sets one has the suggestions read again. */
export function suggestionsQuery() {
  return infiniteQueryOptions({
    queryKey: ['policies', 'suggestions'] as const,
    queryFn: ({ pageParam, signal }): Promise<Page<PolicySuggestion>> => {
      const query = { limit: PAGE_ITEMS, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET('/api/v1/policy-suggestions', { params: { query }, signal }));
    },
    ...PAGING,
  });
}

export function declineMutation({ siteId, binId }: PolicySuggestion, queryClient: QueryClient) {
  const params = { path: { siteId, binId } };
  return mutationOptions({
    mutationFn: (reason: string) =>
      unwrap(api.POST('/api/v1/policy-suggestions/{siteId}/{binId}/decline', { params, body: { reason } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['policies', 'suggestions'] }),
  });
}
