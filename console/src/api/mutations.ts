import { mutationOptions, type QueryClient } from '@tanstack/react-query';

import { api, unwrap } from './client';
import type { BinAddress } from './queries';
import type { CallOffOrder, CloseOrder, EditOrder, UrgeOrder } from './types';

export type OrderAction =
  | { kind: 'approve' | 'retry' | 'accept-change' }
  | ({ kind: 'decline' | 'cancel' } & CallOffOrder)
  | ({ kind: 'close' } & Required<CloseOrder>)
  | { kind: 'edit'; edit: EditOrder }
  | ({ kind: 'urge' } & UrgeOrder);

/** What people do to an order; afterwards everything that shows orders is read again. */
export function orderActionMutation(orderId: string, queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: (action: OrderAction) => sendAction(orderId, action),
    onSettled: () =>
      Promise.all(
        [['order', orderId], ['orders'], ['receipts'], ['alerts'], ['summary'], ['stock'], ['bin']].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      ),
  });
}

export function countMutation({ siteId, binId }: BinAddress, queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: (quantity: number) =>
      unwrap(
        api.POST('/api/v1/stock/{siteId}/{binId}/counts', { params: { path: { siteId, binId } }, body: { quantity } }),
      ),
    onSettled: () =>
      Promise.all(
        [['bin'], ['movements'], ['counting-tasks'], ['summary'], ['stock']].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      ),
  });
}

function sendAction(orderId: string, action: OrderAction) {
  const params = { path: { orderId } };
  switch (action.kind) {
    case 'approve':
      return unwrap(api.POST('/api/v1/orders/{orderId}/approve', { params }));
    case 'retry':
      return unwrap(api.POST('/api/v1/orders/{orderId}/retry', { params }));
    case 'accept-change':
      return unwrap(api.POST('/api/v1/orders/{orderId}/accept-change', { params }));
    case 'edit':
      return unwrap(api.PATCH('/api/v1/orders/{orderId}', { params, body: action.edit }));
    case 'urge': {
      const { wantedAtMs, reason } = action;
      return unwrap(api.POST('/api/v1/orders/{orderId}/urge', { params, body: { wantedAtMs, reason } }));
    }
    case 'close': {
      const { reason, need, supplierAgreed } = action;
      return unwrap(api.POST('/api/v1/orders/{orderId}/close', { params, body: { reason, need, supplierAgreed } }));
    }
    case 'decline': {
      const { reason, need } = action;
      return unwrap(api.POST('/api/v1/orders/{orderId}/decline', { params, body: { reason, need } }));
    }
    default: {
      const { reason, need } = action;
      return unwrap(api.POST('/api/v1/orders/{orderId}/cancel', { params, body: { reason, need } }));
    }
  }
}
