import { infiniteQueryOptions, keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query';

import { api, unwrap } from './client';
import { ApiFailure } from './failure';
import type { Point } from '../chart/paths';
import { serverClock } from '../time/server-clock';
import { PAGING, type Page } from './paging';
import type { Movement, OrderSummary, StockItem, StockStatus, TelemetrySeries } from './types';

export interface StockFilter {
  search: string;
  status: StockStatus | undefined;
}

const PAGE_ITEMS = 200;
/** What is seen first comes quickly; who scrolls on reads more at once, since the list is looked over with every page. */
const FIRST_STOCK_ITEMS = 100;
const FURTHER_STOCK_ITEMS = 500;
const RETRIES_MAX = 3;
/** A level is pushed, but a reading that changes nothing is not: this keeps the ages true. */
const STOCK_REFRESH_MS = 15_000;
const ORDERS_REFRESH_MS = 60_000;
const SUMMARY_REFRESH_MS = 10_000;
/** Beyond this many pages a refresh would be a burden; the pushed changes still come. */
const REFRESHED_PAGES_MAX = 3;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < RETRIES_MAX && isWorthRepeating(error),
        // Without a network it is said at once, instead of after a wait that says nothing.
        networkMode: 'always',
        refetchOnReconnect: true,
      },
      // What could not be sent must not be sent behind the person's back, hours later, when there is a network again.
      mutations: { networkMode: 'always' },
    },
  });
}

export function stockQuery(filter: StockFilter) {
  return infiniteQueryOptions({
    queryKey: ['stock', filter] as const,
    queryFn: ({ pageParam, signal }) => fetchStock(filter, pageParam, signal),
    ...PAGING,
    placeholderData: keepPreviousData,
    // Comparing every row read so far with every row read again would take longer than drawing the few on the screen.
    structuralSharing: false,
    refetchOnMount: ({ state }) => isShort(state.data),
    refetchOnWindowFocus: ({ state }) => isShort(state.data),
    refetchInterval: ({ state }) => (isShort(state.data) ? STOCK_REFRESH_MS : (false as const)),
  });
}

/** A refresh reads every page again, one after the other: not of a list that was scrolled a long way down. */
export function isShort(list: { pages: unknown[] } | undefined): boolean {
  return (list?.pages.length ?? 0) <= REFRESHED_PAGES_MAX;
}

export function ordersQuery(filter: { open: boolean }) {
  return infiniteQueryOptions({
    queryKey: ['orders', filter] as const,
    queryFn: ({ pageParam, signal }): Promise<Page<OrderSummary>> =>
      unwrap(
        api.GET('/api/v1/orders', {
          params: {
            query: {
              limit: PAGE_ITEMS,
              ...(pageParam ? { cursor: pageParam } : {}),
              open: filter.open ? 'true' : 'false',
            },
          },
          signal,
        }),
      ),
    ...PAGING,
    placeholderData: keepPreviousData,
    refetchInterval: ORDERS_REFRESH_MS,
  });
}

export function orderQuery(orderId: string) {
  return queryOptions({
    queryKey: ['order', orderId] as const,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/orders/{orderId}', { params: { path: { orderId } }, signal })),
  });
}

export function summaryQuery() {
  return queryOptions({
    queryKey: ['summary'] as const,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/summary', { signal })),
    refetchInterval: SUMMARY_REFRESH_MS,
  });
}

export interface BinAddress {
  siteId: string;
  binId: string;
}

export function binQuery(address: BinAddress) {
  return queryOptions({
    queryKey: ['bin', address] as const,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/stock/{siteId}/{binId}', { params: { path: address }, signal })),
    refetchInterval: STOCK_REFRESH_MS,
  });
}

const FOUND_ITEMS_MAX = 20;

/** The bins that a scanned or typed code can mean. */
export function findByCodeQuery(code: { gtin: string } | { search: string }) {
  return queryOptions({
    queryKey: ['found', code] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/stock', { params: { query: { limit: FOUND_ITEMS_MAX, ...code } }, signal })),
    staleTime: 0,
  });
}

export function movementsQuery({ siteId, binId }: BinAddress) {
  return infiniteQueryOptions({
    queryKey: ['movements', siteId, binId] as const,
    queryFn: ({ pageParam, signal }): Promise<Page<Movement>> =>
      unwrap(
        api.GET('/api/v1/stock/{binId}/movements', {
          params: {
            path: { binId },
            query: { siteId, limit: PAGE_ITEMS, ...(pageParam ? { cursor: pageParam } : {}) },
          },
          signal,
        }),
      ),
    ...PAGING,
  });
}

export function countingTasksQuery() {
  return queryOptions({
    queryKey: ['counting-tasks'] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/counting-tasks', { params: { query: { limit: PAGE_ITEMS } }, signal })),
    refetchInterval: ORDERS_REFRESH_MS,
  });
}

/** The points and the time they were asked for: line and axis are of the same moment. */
export interface SeriesOfRange {
  fromMs: number;
  toMs: number;
  points: Point[];
}

export function seriesQuery(
  series: { siteId: string; deviceId: string; sensorId: string | null; field: TelemetrySeries['field'] },
  range: { durationMs: number; stepMs: number },
) {
  return queryOptions({
    queryKey: ['series', series, range] as const,
    queryFn: async ({ signal }): Promise<SeriesOfRange> => {
      const toMs = Math.round(serverClock.nowMs());
      const fromMs = toMs - range.durationMs;
      const { sensorId, ...rest } = series;
      const query = {
        ...rest,
        ...(sensorId === null ? {} : { sensorId }),
        fromMs,
        toMs,
        stepMs: range.stepMs,
      };
      const { points } = await unwrap(api.GET('/api/v1/telemetry/series', { params: { query }, signal }));
      return { fromMs, toMs, points: points.map(([atMs, value]) => [atMs ?? 0, value ?? null]) };
    },
    placeholderData: keepPreviousData,
    refetchInterval: ORDERS_REFRESH_MS,
    retry: false,
  });
}

function fetchStock(filter: StockFilter, cursor: string | undefined, signal: AbortSignal): Promise<Page<StockItem>> {
  const query = {
    limit: cursor === undefined ? FIRST_STOCK_ITEMS : FURTHER_STOCK_ITEMS,
    ...(cursor ? { cursor } : {}),
    ...(filter.search ? { search: filter.search } : {}),
    ...(filter.status ? { status: filter.status } : {}),
  };
  return unwrap(api.GET('/api/v1/stock', { params: { query }, signal }));
}

/** No answer or a server's trouble may pass; a refusal will not. */
function isWorthRepeating(error: unknown): boolean {
  return error instanceof ApiFailure && (error.status === 0 || error.status >= 500);
}
