import { mutationOptions, queryOptions, type QueryClient } from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import type { AlertChannel } from '../api/types';

/** Whether what is sent arrives is known a while after it was set. */
const REFRESH_MS = 30_000;

export function channelsQuery() {
  return queryOptions({
    queryKey: ['alert-channels'] as const,
    queryFn: async ({ signal }): Promise<AlertChannel[]> =>
      (await unwrap(api.GET('/api/v1/alert-channels', { signal }))).channels,
    refetchInterval: REFRESH_MS,
  });
}

export type ChannelToPut = Omit<AlertChannel, 'failures' | 'lastError'>;

export function putChannelMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: ({ channelId, ...body }: ChannelToPut) =>
      unwrap(api.PUT('/api/v1/alert-channels/{channelId}', { params: { path: { channelId } }, body })),
    onSuccess: () => reread(queryClient),
  });
}

export function removeChannelMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: (channelId: string) =>
      unwrap(api.DELETE('/api/v1/alert-channels/{channelId}', { params: { path: { channelId } } })),
    onSuccess: () => reread(queryClient),
  });
}

/** What became of a test message, sent now. */
export function testChannelMutation() {
  return mutationOptions({
    mutationFn: async (channelId: string): Promise<{ ok: boolean; detail: string }> => {
      const query = { channelId };
      const { results } = await unwrap(api.POST('/api/v1/alert-channels/test', { params: { query } }));
      return results[0] ?? { ok: false, detail: 'This channel is gone. Reload the page.' };
    },
  });
}

function reread(queryClient: QueryClient): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: ['alert-channels'] });
}
