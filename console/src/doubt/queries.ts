import { mutationOptions, queryOptions, type QueryClient } from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import type { BinAddress } from '../api/queries';
import type { ParkedGroup } from '../api/types';
import type { SensorKind } from './parked-words';

const REFRESH_MS = 30_000;

export function parkedGroupsQuery() {
  return queryOptions({
    queryKey: ['parked'] as const,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/parked-readings/groups', { signal })),
    refetchInterval: REFRESH_MS,
  });
}

export function binsInDoubtQuery() {
  return queryOptions({
    queryKey: ['found', 'in-doubt'] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/stock', { params: { query: { limit: 100, status: 'UNKNOWN' } }, signal })),
    refetchInterval: REFRESH_MS,
  });
}

export type ParkedWork =
  | { kind: 'replay' | 'discard'; group: ParkedGroup }
  | { kind: 'assign'; group: ParkedGroup; bin: BinAddress; sensorKind: SensorKind };

export interface ParkedOutcome {
  settled: number;
  remaining: number;
  detail: string;
}

/** What becomes of a group of readings; a device that is assigned to a bin has its readings accounted at once. */
export function parkedMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: async (work: ParkedWork): Promise<ParkedOutcome> => {
      if (work.kind !== 'assign') return settle(work.group, work.kind);
      const { deviceId, sensorId } = work.group;
      const body = { deviceId: deviceId ?? '', kind: work.sensorKind, ...(sensorId === null ? {} : { sensorId }) };
      await unwrap(api.POST('/api/v1/stock/{siteId}/{binId}/sensors', { params: { path: work.bin }, body }));
      return settle(work.group, 'replay');
    },
    // Not waited for: the card that has something to say about the outcome goes with what it was about.
    onSettled: () => {
      for (const key of ['parked', 'bin', 'movements', 'stock', 'summary', 'found']) {
        void queryClient.invalidateQueries({ queryKey: [key] });
      }
    },
  });
}

/** The service accounts so many at a time: asked again as long as it gets on. */
async function settle(group: ParkedGroup, action: 'replay' | 'discard'): Promise<ParkedOutcome> {
  const { siteId, gatewayId, deviceId, sensorId, reason } = group;
  const body = { siteId, gatewayId, deviceId, sensorId, reason, action };
  let settled = 0;
  for (;;) {
    const outcome = await unwrap(api.POST('/api/v1/parked-readings/settle', { body }));
    settled += outcome.settled;
    if (outcome.remaining === 0 || outcome.settled === 0 || outcome.detail !== '') return { ...outcome, settled };
  }
}
