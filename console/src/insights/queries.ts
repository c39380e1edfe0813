import { keepPreviousData, queryOptions } from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import type { BinAddress } from '../api/queries';
import type { KpiStep, SupplierKpis } from '../api/types';
import { serverClock } from '../time/server-clock';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export interface KpiFilter {
  siteId: string | undefined;
  days: number;
}

/** To the whole minute, so that the same question has the same answer for a minute. */
function rangeOf({ siteId, days }: KpiFilter): { fromMs: number; toMs: number; siteId?: string } {
  const toMs = Math.floor(serverClock.nowMs() / MINUTE_MS) * MINUTE_MS;
  return { fromMs: toMs - days * DAY_MS, toMs, ...(siteId ? { siteId } : {}) };
}

export function kpisQuery(filter: KpiFilter) {
  return queryOptions({
    queryKey: ['kpis', filter] as const,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/kpis', { params: { query: rangeOf(filter) }, signal })),
    placeholderData: keepPreviousData,
    staleTime: MINUTE_MS,
  });
}

export function trendQuery(filter: KpiFilter, steps: number) {
  return queryOptions({
    queryKey: ['kpis', 'trend', filter, steps] as const,
    queryFn: async ({ signal }): Promise<KpiStep[]> => {
      const query = { ...rangeOf(filter), steps };
      return (await unwrap(api.GET('/api/v1/kpis/trend', { params: { query }, signal }))).items;
    },
    placeholderData: keepPreviousData,
    staleTime: MINUTE_MS,
  });
}

export function supplierKpisQuery(filter: KpiFilter) {
  return queryOptions({
    queryKey: ['kpis', 'suppliers', filter] as const,
    queryFn: async ({ signal }): Promise<SupplierKpis[]> =>
      (await unwrap(api.GET('/api/v1/kpis/suppliers', { params: { query: rangeOf(filter) }, signal }))).items,
    placeholderData: keepPreviousData,
    staleTime: MINUTE_MS,
  });
}

export function forecastQuery({ siteId, binId }: BinAddress, wish: { target: number; cycleDays: number }) {
  return queryOptions({
    queryKey: ['forecast', siteId, binId, wish] as const,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/stock/{siteId}/{binId}/forecast', {
          params: { path: { siteId, binId }, query: wish },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}
