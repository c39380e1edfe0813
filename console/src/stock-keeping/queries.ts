import { infiniteQueryOptions, mutationOptions, queryOptions, type QueryClient } from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import { PAGING, type Page } from '../api/paging';
import type { BinAddress } from '../api/queries';
import type { AnnouncedMove, Lot, Reservation } from '../api/types';

const PAGE_ITEMS = 100;
const REFRESH_MS = 60_000;

const firstPage = {
  ...PAGING,
  refetchInterval: REFRESH_MS,
};
const pageOf = (cursor: string | undefined) => ({ limit: PAGE_ITEMS, ...(cursor === undefined ? {} : { cursor }) });

export function expiringLotsQuery(days: number) {
  return infiniteQueryOptions({
    queryKey: ['lots', { days }] as const,
    queryFn: ({ pageParam, signal }): Promise<Page<Lot>> =>
      unwrap(api.GET('/api/v1/lots', { params: { query: { days, ...pageOf(pageParam) } }, signal })),
    ...firstPage,
  });
}

export function binLotsQuery({ siteId, binId }: BinAddress) {
  return queryOptions({
    queryKey: ['lots', siteId, binId] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/stock/{siteId}/{binId}/lots', { params: { path: { siteId, binId } }, signal })),
    refetchInterval: REFRESH_MS,
  });
}

export function movesQuery() {
  return infiniteQueryOptions({
    queryKey: ['moves'] as const,
    queryFn: ({ pageParam, signal }): Promise<Page<AnnouncedMove>> =>
      unwrap(api.GET('/api/v1/moves', { params: { query: pageOf(pageParam) }, signal })),
    ...firstPage,
  });
}

export function reservationsQuery(filter: { open: boolean; bin?: BinAddress }) {
  return infiniteQueryOptions({
    queryKey: ['reservations', filter] as const,
    queryFn: ({ pageParam, signal }): Promise<Page<Reservation>> => {
      const at = filter.bin ? { siteId: filter.bin.siteId, binId: filter.bin.binId } : {};
      const query = { ...pageOf(pageParam), ...at, ...(filter.open ? { status: 'OPEN' as const } : {}) };
      return unwrap(api.GET('/api/v1/reservations', { params: { query }, signal }));
    },
    ...firstPage,
  });
}

/** Bins that hold the same item: where goods can be moved to. */
export function binsOfItemQuery(sku: string, itemId: string) {
  return queryOptions({
    queryKey: ['found', 'same-item', itemId] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/stock', { params: { query: { limit: PAGE_ITEMS, search: sku } }, signal })),
    select: ({ items }) => items.filter(({ item }) => item.itemId === itemId),
  });
}

export type StockWork =
  | { kind: 'transfer'; moveId: string; quantity: number; to: BinAddress; note: string }
  | { kind: 'into-stock' | 'to-supplier'; moveId: string; quantity: number; note: string }
  | { kind: 'lot'; lotNumber: string; quantity: number; expiresAtMs: number | undefined }
  | { kind: 'reserve'; reference: string; quantity: number; neededAtMs: number | undefined };

/** What a person says about the stock of one bin; afterwards whatever shows it is read again. */
export function stockWorkMutation({ siteId, binId }: BinAddress, queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: (work: StockWork): Promise<unknown> => tell({ siteId, binId }, work),
    onSettled: () => rereadStock(queryClient),
  });
}

export function reservationMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: ({ reservationId, handedOut }: { reservationId: string; handedOut?: number }): Promise<unknown> => {
      const params = { path: { reservationId } };
      return handedOut === undefined
        ? unwrap(api.POST('/api/v1/reservations/{reservationId}/release', { params }))
        : unwrap(api.POST('/api/v1/reservations/{reservationId}/fulfil', { params, body: { quantity: handedOut } }));
    },
    onSettled: () => rereadStock(queryClient),
  });
}

/** Not waited for: it may take the component away that has something to say about the outcome. */
function rereadStock(queryClient: QueryClient): void {
  const keys = ['bin', 'lots', 'moves', 'movements', 'reservations', 'stock', 'summary'];
  for (const key of keys) void queryClient.invalidateQueries({ queryKey: [key] });
}

function tell(path: BinAddress, work: StockWork): Promise<unknown> {
  const params = { path };
  const { quantity } = work;
  switch (work.kind) {
    case 'transfer': {
      const body = { quantity, moveId: work.moveId, to: work.to, ...noteOf(work.note) };
      return unwrap(api.POST('/api/v1/stock/{siteId}/{binId}/transfers', { params, body }));
    }
    case 'lot': {
      const { lotNumber, expiresAtMs } = work;
      const body = { lotNumber, quantity, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) };
      return unwrap(api.POST('/api/v1/stock/{siteId}/{binId}/lots', { params, body }));
    }
    case 'reserve': {
      const { reference, neededAtMs } = work;
      const body = { reference, quantity, ...(neededAtMs === undefined ? {} : { neededAtMs }) };
      return unwrap(api.POST('/api/v1/stock/{siteId}/{binId}/reservations', { params, body }));
    }
    default: {
      const body = { quantity, moveId: work.moveId, direction: work.kind, ...noteOf(work.note) };
      return unwrap(api.POST('/api/v1/stock/{siteId}/{binId}/returns', { params, body }));
    }
  }
}

function noteOf(note: string): { note?: string } {
  return note.trim() === '' ? {} : { note: note.trim() };
}
