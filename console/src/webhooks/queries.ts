import {
  infiniteQueryOptions,
  keepPreviousData,
  mutationOptions,
  queryOptions,
  type QueryClient,
} from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import { PAGING, type Page } from '../api/paging';
import type { EventDelivery, EventSubscription } from '../api/types';

const PAGE_ITEMS = 50;
const REFRESH_MS = 15_000;

export function webhooksQuery() {
  return queryOptions({
    queryKey: ['webhooks'] as const,
    queryFn: async ({ signal }): Promise<EventSubscription[]> =>
      (await unwrap(api.GET('/api/v1/event-subscriptions', { signal }))).items,
    refetchInterval: REFRESH_MS,
  });
}

export function deliveriesQuery(subscriptionId: string, state: EventDelivery['state'] | undefined) {
  return infiniteQueryOptions({
    queryKey: ['webhooks', subscriptionId, { state }] as const,
    queryFn: ({ pageParam, signal }): Promise<Page<EventDelivery>> => {
      const query = { limit: PAGE_ITEMS, ...(pageParam ? { cursor: pageParam } : {}), ...(state ? { state } : {}) };
      const params = { path: { subscriptionId }, query };
      return unwrap(api.GET('/api/v1/event-subscriptions/{subscriptionId}/deliveries', { params, signal }));
    },
    ...PAGING,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

export interface WebhookDraft {
  subscriptionId: string;
  url: string;
  description: string;
  types: string[];
  siteIds: string[];
}

/** Makes it, changes it, and enables it again. The secret is in the answer to the first, and nowhere else. */
export function putWebhookMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: ({ subscriptionId, ...body }: WebhookDraft) =>
      unwrap(api.PUT('/api/v1/event-subscriptions/{subscriptionId}', { params: { path: { subscriptionId } }, body })),
    onSuccess: () => reread(queryClient),
  });
}

export function removeWebhookMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: (subscriptionId: string) =>
      unwrap(api.DELETE('/api/v1/event-subscriptions/{subscriptionId}', { params: { path: { subscriptionId } } })),
    onSuccess: () => reread(queryClient),
  });
}

export function rotateSecretMutation() {
  return mutationOptions({
    mutationFn: (subscriptionId: string) =>
      unwrap(api.POST('/api/v1/event-subscriptions/{subscriptionId}/secret', { params: { path: { subscriptionId } } })),
  });
}

export function testWebhookMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: (subscriptionId: string) =>
      unwrap(api.POST('/api/v1/event-subscriptions/{subscriptionId}/test', { params: { path: { subscriptionId } } })),
    onSettled: () => reread(queryClient),
  });
}

/** Sends events again that were given up. */
export function replayMutation(subscriptionId: string, queryClient: QueryClient) {
  const params = { path: { subscriptionId } };
  return mutationOptions({
    mutationFn: (eventIds: 'all' | string[]) =>
      unwrap(api.POST('/api/v1/event-subscriptions/{subscriptionId}/replay', { params, body: { eventIds } })),
    onSettled: () => reread(queryClient),
  });
}

function reread(queryClient: QueryClient): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: ['webhooks'] });
}
