import { mutationOptions, type QueryClient } from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import type { paths } from '../api/generated/schema';

type Body<Path extends keyof paths> = paths[Path] extends {
  post: { requestBody: { content: { 'application/json': infer Content } } };
}
  ? Content
  : never;

export type SupplierWord =
  | { kind: 'acknowledge'; body: Body<'/api/v1/orders/{orderId}/acknowledgement'> }
  | { kind: 'ship'; body: Body<'/api/v1/orders/{orderId}/shipment'> }
  | { kind: 'cancellation'; body: Body<'/api/v1/orders/{orderId}/cancellation-answer'> }
  | { kind: 'urging'; body: Body<'/api/v1/orders/{orderId}/urging-answer'> };

/** What a supplier's person says about an order. Sent again under the same messageId it counts once. */
export function supplierMutation(orderId: string, queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: (word: SupplierWord) => send(orderId, word),
    onSettled: () =>
      Promise.all(
        [['order', orderId], ['orders'], ['summary'], ['stock'], ['bin'], ['forecast']].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      ),
  });
}

function send(orderId: string, word: SupplierWord) {
  const params = { path: { orderId } };
  switch (word.kind) {
    case 'acknowledge':
      return unwrap(api.POST('/api/v1/orders/{orderId}/acknowledgement', { params, body: word.body }));
    case 'ship':
      return unwrap(api.POST('/api/v1/orders/{orderId}/shipment', { params, body: word.body }));
    case 'urging':
      return unwrap(api.POST('/api/v1/orders/{orderId}/urging-answer', { params, body: word.body }));
    default:
      return unwrap(api.POST('/api/v1/orders/{orderId}/cancellation-answer', { params, body: word.body }));
  }
}
