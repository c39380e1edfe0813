import { purchaseOrderMessageSchema } from '@shelfwire/contract';

import type { Claimed } from './claim-messages.ts';
import type { SupplierRequest } from './post-to-supplier.ts';
import { toUblOrder } from './ubl-order.ts';

const PATHS = {
  order: () => '/orders',
  cancellation: (orderId: string) => `/orders/${orderId}/cancellation`,
  change: (orderId: string) => `/orders/${orderId}/changes`,
  reminder: (orderId: string) => `/orders/${orderId}/reminders`,
} as const;

/** How a message goes to its supplier. An order's key is its id, for ever; the others are known by their message. */
export function requestOf(row: Claimed): SupplierRequest {
  const asUbl = row.kind === 'order' && row.channel === 'ubl';
  return {
    endpoint: row.endpoint,
    apiToken: row.api_token,
    path: PATHS[row.kind](row.order_id),
    idempotencyKey: row.kind === 'order' ? row.order_id : row.message_id,
    contentType: asUbl ? 'application/xml' : 'application/json',
    body: asUbl ? toUblOrder(purchaseOrderMessageSchema.parse(row.payload)) : JSON.stringify(row.payload),
  };
}
