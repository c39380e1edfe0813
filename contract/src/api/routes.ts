import { z } from 'zod';

import { orderStatusSchema } from '../order-event.ts';
import { idSchema } from '../reading.ts';
import { stockStatusSchema } from '../stock-event.ts';
import { despatchAdviceMessageSchema, orderResponseMessageSchema } from '../supplier-message.ts';
import { currentUserSchema, loginRequestSchema, loginResponseSchema } from './auth.ts';
import { callOffOrderSchema, orderActionResponseSchema } from './order-actions.ts';
import { orderDetailSchema, orderSummarySchema } from './orders.ts';
import { countingTaskSchema, summarySchema } from './overview.ts';
import { pageOf, pageQueryFields } from './page.ts';
import { binDetailSchema, movementSchema, stockItemSchema } from './stock.ts';
import { telemetryQuerySchema, telemetrySeriesSchema } from './telemetry.ts';

export interface RouteDefinition {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  summary: string;
  /** `none`, a person's access token, or a supplier system's API token; both as `Authorization: Bearer`. */
  auth: 'none' | 'user' | 'supplier-token';
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  response: z.ZodType;
  responseStatus?: number;
}

/**
 * The HTTP API of the reorder-service, from which `openapi.json` is generated. The service's controllers are checked
 * against it, the console's client is typed from it.
 */
export const API_ROUTES = {
  login: {
    method: 'POST',
    path: '/api/v1/auth/login',
    summary: 'Sign in with email and password',
    auth: 'none',
    body: loginRequestSchema,
    response: loginResponseSchema,
  },
  currentUser: {
    method: 'GET',
    path: '/api/v1/me',
    summary: 'Who is signed in',
    auth: 'user',
    response: currentUserSchema,
  },
  listStock: {
    method: 'GET',
    path: '/api/v1/stock',
    summary: 'Bins with their item, quantity, status and position',
    auth: 'user',
    query: z.object({
      ...pageQueryFields,
      siteId: idSchema.optional(),
      status: stockStatusSchema.optional(),
      search: z.string().max(100).optional(),
      /** Exactly this GTIN, in any of its lengths. */
      gtin: z
        .string()
        .regex(/^\d{8,14}$/)
        .optional(),
    }),
    response: pageOf(stockItemSchema),
  },
  getBin: {
    method: 'GET',
    path: '/api/v1/stock/:siteId/:binId',
    summary: 'One bin with its sensors, its policy and who supplies it',
    auth: 'user',
    params: z.object({ siteId: idSchema, binId: idSchema }),
    response: binDetailSchema,
  },
  getSummary: {
    method: 'GET',
    path: '/api/v1/summary',
    summary: 'How many bins are in which status, and what waits for a person',
    auth: 'user',
    query: z.object({ siteId: idSchema.optional() }),
    response: summarySchema,
  },
  listCountingTasks: {
    method: 'GET',
    path: '/api/v1/counting-tasks',
    summary: 'Bins that somebody is to count, the longest waiting first',
    auth: 'user',
    query: z.object({ ...pageQueryFields, siteId: idSchema.optional() }),
    response: pageOf(countingTaskSchema),
  },
  countBin: {
    method: 'POST',
    path: '/api/v1/stock/:siteId/:binId/counts',
    summary: 'A person has counted a bin: from now on the level is what they say',
    auth: 'user',
    params: z.object({ siteId: idSchema, binId: idSchema }),
    body: z.object({ quantity: z.int().min(0).max(1_000_000_000) }),
    response: z.object({ binId: idSchema, onHand: z.int() }),
  },
  listMovements: {
    method: 'GET',
    path: '/api/v1/stock/:binId/movements',
    summary: 'The ledger of one bin, newest first',
    auth: 'user',
    params: z.object({ binId: idSchema }),
    query: z.object({ ...pageQueryFields, siteId: idSchema.optional() }),
    response: pageOf(movementSchema),
  },
  listOrders: {
    method: 'GET',
    path: '/api/v1/orders',
    summary: 'Orders, newest first',
    auth: 'user',
    query: z.object({
      ...pageQueryFields,
      siteId: idSchema.optional(),
      status: orderStatusSchema.optional(),
      open: z.enum(['true', 'false']).optional(),
    }),
    response: pageOf(orderSummarySchema),
  },
  getOrder: {
    method: 'GET',
    path: '/api/v1/orders/:orderId',
    summary: 'One order with its proof and its history',
    auth: 'user',
    params: z.object({ orderId: z.uuid() }),
    response: orderDetailSchema,
  },
  approveOrder: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/approve',
    summary: 'Approve an order that waits for it; it is sent to the supplier',
    auth: 'user',
    params: z.object({ orderId: z.uuid() }),
    response: orderActionResponseSchema,
  },
  declineOrder: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/decline',
    summary: 'Do not approve an order, and say what becomes of the need',
    auth: 'user',
    params: z.object({ orderId: z.uuid() }),
    body: callOffOrderSchema,
    response: orderActionResponseSchema,
  },
  cancelOrder: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/cancel',
    summary: 'Cancel an order of which nothing has arrived, and say what becomes of the need',
    auth: 'user',
    params: z.object({ orderId: z.uuid() }),
    body: callOffOrderSchema,
    response: orderActionResponseSchema,
  },
  retryOrder: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/retry',
    summary: 'Send an order again that is on hold because it could not be sent; the supplier takes it once',
    auth: 'user',
    params: z.object({ orderId: z.uuid() }),
    response: orderActionResponseSchema,
  },
  receiveOrderResponse: {
    method: 'POST',
    path: '/api/v1/supplier/order-responses',
    summary: 'A supplier acknowledges, changes or rejects an order (X12 855); repeat-safe by messageId',
    auth: 'supplier-token',
    body: orderResponseMessageSchema,
    response: z.object({ orderId: z.uuid(), status: orderStatusSchema }),
  },
  receiveDespatchAdvice: {
    method: 'POST',
    path: '/api/v1/supplier/despatch-advices',
    summary: 'A supplier says what is on its way (X12 856); repeat-safe by messageId',
    auth: 'supplier-token',
    body: despatchAdviceMessageSchema,
    response: z.object({ orderId: z.uuid(), status: orderStatusSchema }),
  },
} as const satisfies Record<string, RouteDefinition>;
export type RouteName = keyof typeof API_ROUTES;

/** Answered by the ingest-service; the reorder-service passes them on, so that the console has one address. */
export const TELEMETRY_ROUTES = {
  getTelemetrySeries: {
    method: 'GET',
    path: '/api/v1/telemetry/series',
    summary: 'The history of one field of one sensor',
    auth: 'user',
    query: telemetryQuerySchema,
    response: telemetrySeriesSchema,
  },
} as const satisfies Record<string, RouteDefinition>;
