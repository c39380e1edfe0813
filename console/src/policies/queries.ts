import {
  infiniteQueryOptions,
  keepPreviousData,
  mutationOptions,
  queryOptions,
  type QueryClient,
} from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import { PAGING, type Page } from '../api/paging';
import type { BinAddress } from '../api/queries';
import type { EffectivePolicy, PolicyScope, PolicyVersion, PutPolicy } from '../api/types';

const PAGE_ITEMS = 100;
const REFRESH_MS = 60_000;

export interface PolicyFilter {
  search: string;
  only: 'shadow' | 'snoozed' | 'none' | undefined;
}

export function effectivePoliciesQuery({ search, only }: PolicyFilter) {
  return infiniteQueryOptions({
    queryKey: ['policies', 'effective', { search, only }] as const,
    queryFn: ({ pageParam, signal }): Promise<Page<EffectivePolicy>> => {
      const query = {
        limit: PAGE_ITEMS,
        ...(pageParam ? { cursor: pageParam } : {}),
        ...(search ? { search } : {}),
        ...(only ? { only } : {}),
      };
      return unwrap(api.GET('/api/v1/policies/effective', { params: { query }, signal }));
    },
    ...PAGING,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

export function binPolicyQuery(address: BinAddress) {
  return queryOptions({
    queryKey: ['policies', 'bin', address] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/stock/{siteId}/{binId}/policy', { params: { path: address }, signal })),
    refetchInterval: REFRESH_MS,
  });
}

/** Every version of one policy, the newest first. */
export function policyVersionsQuery(policyId: string) {
  return queryOptions({
    queryKey: ['policies', 'versions', policyId] as const,
    queryFn: async ({ signal }): Promise<PolicyVersion[]> => {
      const query = { policyId, limit: PAGE_ITEMS };
      return (await unwrap(api.GET('/api/v1/policies', { params: { query }, signal }))).items;
    },
  });
}

export interface PolicyProposal {
  scope: PolicyScope;
  policy: Record<string, unknown> | null;
}

/** What would be decided if it were set; asked anew with every change of the form. */
export function previewQuery(proposal: PolicyProposal) {
  return queryOptions({
    queryKey: ['policy-preview', proposal] as const,
    queryFn: ({ signal }) => unwrap(api.POST('/api/v1/policies/preview', { body: proposal, signal })),
    staleTime: 0,
    gcTime: 0,
    retry: false,
    placeholderData: keepPreviousData,
  });
}

export function putPolicyMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: (body: PutPolicy) => unwrap(api.PUT('/api/v1/policies', { body })),
    onSuccess: () => rereadPolicies(queryClient),
  });
}

export function snoozeMutation({ siteId, binId }: BinAddress, queryClient: QueryClient) {
  const params = { path: { siteId, binId } };
  return mutationOptions({
    mutationFn: (wish: { untilMs: number; reason: string } | null) =>
      wish
        ? unwrap(api.PUT('/api/v1/stock/{siteId}/{binId}/snooze', { params, body: wish }))
        : unwrap(api.DELETE('/api/v1/stock/{siteId}/{binId}/snooze', { params })),
    onSuccess: () => rereadPolicies(queryClient),
  });
}

function rereadPolicies(queryClient: QueryClient): Promise<unknown> {
  return Promise.all(
    [['policies'], ['stock'], ['bin'], ['summary'], ['orders']].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  );
}
