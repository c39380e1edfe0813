import { mutationOptions, queryOptions, type QueryClient } from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import type { Gateway } from '../api/types';

const REFRESH_MS = 15_000;

export function gatewaysQuery() {
  return queryOptions({
    queryKey: ['gateways'] as const,
    queryFn: async ({ signal }): Promise<Gateway[]> => (await unwrap(api.GET('/api/v1/gateways', { signal }))).items,
    refetchInterval: REFRESH_MS,
  });
}

interface GatewayKey {
  siteId: string;
  gatewayId: string;
}

/** A new login; its password is in the answer and nowhere else. */
export function issueLoginMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: ({ siteId, gatewayId }: GatewayKey) =>
      unwrap(api.POST('/api/v1/gateways/{siteId}/{gatewayId}/login', { params: { path: { siteId, gatewayId } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['gateways'] }),
  });
}

export function removeGatewayMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: ({ siteId, gatewayId }: GatewayKey) =>
      unwrap(api.DELETE('/api/v1/gateways/{siteId}/{gatewayId}', { params: { path: { siteId, gatewayId } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['gateways'] }),
  });
}
