import type { Claimed } from './claim-messages.ts';
import type { SupplierRequest } from './post-to-supplier.ts';

const PATHS = {
  order: () => '/orders',
  cancellation: (orderId: string) => `/orders/${orderId}/cancellation`,
  reminder: (orderId: string) => `/orders/${orderId}/reminders`,
} as const;

/** How a message goes to its supplier. An order's key is its id, for ever; the others are known by their message. */
export function requestOf(row: Claimed): SupplierRequest {
  return {
    endpoint: row.endpoint,
    apiToken: row.api_token,
    path: PATHS[row.kind](row.order_id),
    idempotencyKey: row.kind === 'order' ? row.order_id : row.message_id,
    contentType: 'application/json',
    body: JSON.stringify(row.payload),
  };
}
