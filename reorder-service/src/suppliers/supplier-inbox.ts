import type { DespatchAdviceMessage, OrderResponseMessage, OrderStatus } from '@shelfwire/contract';

/** What became of a supplier's message. A repeat answers as the first time did, by the order's present status. */
export type SupplierMessageResult =
  | { ok: true; orderId: string; status: OrderStatus; repeated: boolean }
  | { ok: false; code: 'ORDER_NOT_FOUND' | 'LINE_NOT_FOUND' | 'ORDER_STATUS_CONFLICT'; detail: string };

export type { DespatchAdviceMessage, OrderResponseMessage };
