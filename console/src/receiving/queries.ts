import { mutationOptions, queryOptions, type QueryClient } from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import type { OrderStatus, OrderSummary, Receipt, ReceivedLine } from '../api/types';

const REFRESH_MS = 60_000;
const ITEMS_MAX = 200;

/** Orders on which goods may come. */
const ON_ITS_WAY: readonly OrderStatus[] = [
  'SENT',
  'ACKNOWLEDGED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'PARTIALLY_RECEIVED',
];

export function mayCome({ status }: { status: OrderStatus }): boolean {
  return ON_ITS_WAY.includes(status);
}

/** Orders that are on their way, what is due first first. */
export function expectedOrdersQuery() {
  return queryOptions({
    queryKey: ['orders', 'expected'] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/orders', { params: { query: { limit: ITEMS_MAX, open: 'true' } }, signal })),
    select: ({ items, nextCursor }): { orders: OrderSummary[]; more: boolean } => ({
      orders: items.filter(mayCome).sort((a, b) => (a.dueAtMs ?? Infinity) - (b.dueAtMs ?? Infinity)),
      more: nextCursor !== null,
    }),
    refetchInterval: REFRESH_MS,
  });
}

/** Receipts that wait for a person: announced by suppliers, seen by scales. */
export function waitingReceiptsQuery(status: 'ANNOUNCED' | 'PROPOSED') {
  return queryOptions({
    queryKey: ['receipts', { status }] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/receipts', { params: { query: { limit: ITEMS_MAX, status } }, signal })),
    refetchInterval: REFRESH_MS,
  });
}

export function receiptsOfOrderQuery(orderId: string) {
  return queryOptions({
    queryKey: ['receipts', { orderId }] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/receipts', { params: { query: { limit: ITEMS_MAX, orderId } }, signal })),
  });
}

export function ordersByNumberQuery(search: string) {
  return queryOptions({
    queryKey: ['orders', 'by-number', search] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/orders', { params: { query: { limit: 20, open: 'true', search } }, signal })),
    staleTime: 0,
  });
}

/** What a label may belong to; books nothing. */
export function labelQuery(code: string, siteIds: readonly string[]) {
  return queryOptions({
    queryKey: ['label', code, siteIds] as const,
    queryFn: async ({ signal }) => {
      const found = await Promise.all(
        siteIds.map((siteId) => unwrap(api.POST('/api/v1/receipts/scan', { body: { siteId, code }, signal }))),
      );
      return {
        scanned: found[0]?.scanned,
        announced: found.flatMap(({ announced }) => announced),
        openLines: found.flatMap(({ openLines }) => openLines),
      };
    },
    staleTime: 0,
    retry: false,
  });
}

/** Books goods: by what was announced or seen, or on the order itself. Repeat-safe by its `receiptId`. */
export type Booking =
  | { kind: 'confirm'; receiptId: string; lines: ReceivedLine[] }
  | { kind: 'receive'; receiptId: string; reference: string; lines: ReceivedLine[] }
  | { kind: 'dismiss'; receiptId: string; reason: string };

export function bookingMutation(orderId: string, queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: (booking: Booking): Promise<Receipt> => book(orderId, booking),
    // Not waited for: with the order as it is now, the form is another.
    onSettled: () => {
      const keys = [
        ['order', orderId],
        ['orders'],
        ['receipts'],
        ['summary'],
        ['stock'],
        ['bin'],
        ['alerts'],
        ['lots'],
      ];
      for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey });
    },
  });
}

function book(orderId: string, booking: Booking): Promise<Receipt> {
  const { receiptId } = booking;
  switch (booking.kind) {
    case 'confirm': {
      const body = { lines: booking.lines };
      return unwrap(api.POST('/api/v1/receipts/{receiptId}/confirm', { params: { path: { receiptId } }, body }));
    }
    case 'dismiss': {
      const body = { reason: booking.reason };
      return unwrap(api.POST('/api/v1/receipts/{receiptId}/dismiss', { params: { path: { receiptId } }, body }));
    }
    default: {
      const { reference, lines } = booking;
      const body = { receiptId, lines, ...(reference === '' ? {} : { reference }) };
      return unwrap(api.POST('/api/v1/orders/{orderId}/receipts', { params: { path: { orderId } }, body }));
    }
  }
}
