import { z } from 'zod';

import { orderStatusSchema } from '../order-event.ts';
import {
  despatchAdviceMessageSchema,
  orderCancellationAnswerSchema,
  orderChangeAnswerSchema,
  orderResponseMessageSchema,
} from '../supplier-message.ts';
import type { RouteDefinition } from './route-definition.ts';
import {
  acknowledgeOrderSchema,
  announceShipmentSchema,
  answerCancellationSchema,
  answerUrgingSchema,
} from './supplier-people.ts';

const orderParams = z.object({ orderId: z.uuid() });
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
  receiveUblDocument: {
    method: 'POST',
    path: '/api/v1/supplier/ubl',
    summary:
      'A UBL 2 OrderResponse, OrderResponseSimple or DespatchAdvice; counts once by its UUID, else by its number (docs/integration.md)',
    auth: 'supplier-token',
    body: z.string().min(1),
    bodyTypes: ['application/xml', 'text/xml'],
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
  receiveChangeAnswer: {
    method: 'POST',
    path: '/api/v1/supplier/order-change-answers',
    summary: 'A supplier says whether it delivers an order earlier, as it was asked; repeat-safe by messageId',
    auth: 'supplier-token',
    body: orderChangeAnswerSchema,
    response: answeredSchema,
  },
  acknowledgeOrder: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/acknowledgement',
    summary: 'A person of the supplier acknowledges, changes or rejects an order of theirs; repeat-safe by messageId',
    auth: 'user',
    params: orderParams,
    body: acknowledgeOrderSchema,
    response: answeredSchema,
  },
  announceShipment: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/shipment',
    summary: 'A person of the supplier says what is on its way, under which SSCC; repeat-safe by messageId',
    auth: 'user',
    params: orderParams,
    body: announceShipmentSchema,
    response: answeredSchema,
  },
  answerCancellation: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/cancellation-answer',
    summary: 'A person of the supplier agrees to a cancellation, refuses it, or cancels; repeat-safe by messageId',
    auth: 'user',
    params: orderParams,
    body: answerCancellationSchema,
    response: answeredSchema,
  },
  answerUrging: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/urging-answer',
    summary: 'A person of the supplier says whether the order comes earlier, as was asked; repeat-safe by messageId',
    auth: 'user',
    params: orderParams,
    body: answerUrgingSchema,
    response: answeredSchema,
  },
} as const satisfies Record<string, RouteDefinition>;
