import { z } from 'zod';

import { orderStatusSchema } from '../order-event.ts';
import {
  despatchAdviceMessageSchema,
  orderCancellationAnswerSchema,
  orderResponseMessageSchema,
} from '../supplier-message.ts';
import type { RouteDefinition } from './route-definition.ts';

const answeredSchema = z.object({ orderId: z.uuid(), status: orderStatusSchema });

/** What suppliers' systems say. Each message counts once, by its `messageId`. */
export const SUPPLIER_ROUTES = {
  receiveOrderResponse: {
    method: 'POST',
    path: '/api/v1/supplier/order-responses',
    summary: 'A supplier acknowledges, changes or rejects an order (X12 855); repeat-safe by messageId',
    auth: 'supplier-token',
    body: orderResponseMessageSchema,
    response: answeredSchema,
  },
  receiveDespatchAdvice: {
    method: 'POST',
    path: '/api/v1/supplier/despatch-advices',
    summary: 'A supplier says what is on its way (X12 856); repeat-safe by messageId',
    auth: 'supplier-token',
    body: despatchAdviceMessageSchema,
    response: answeredSchema,
  },
  receiveCancellation: {
    method: 'POST',
    path: '/api/v1/supplier/cancellations',
    summary: 'A supplier agrees to a cancellation, refuses it, or cancels an order itself; repeat-safe by messageId',
    auth: 'supplier-token',
    body: orderCancellationAnswerSchema,
    response: answeredSchema,
  },
} as const satisfies Record<string, RouteDefinition>;
