import { z } from 'zod';

import { idSchema } from '../reading.ts';
import { pageOf, pageQueryFields } from './page.ts';
import {
  confirmReceiptSchema,
  creditReturnSchema,
  dismissReceiptSchema,
  receiptSchema,
  receiptStatusSchema,
  receiveOrderSchema,
  returnGoodsSchema,
  scannedReceiptSchema,
  scanReceiptSchema,
  supplierReturnSchema,
} from './receipts.ts';
import type { RouteDefinition } from './route-definition.ts';

/** Goods that come, and goods that go back. */
export const RECEIVING_ROUTES = {
  listReceipts: {
    method: 'GET',
    path: '/api/v1/receipts',
    summary: 'Receipts, newest first: announced by suppliers, proposed by scales, confirmed, dismissed',
    auth: 'user',
    query: z.object({
      ...pageQueryFields,
      siteId: idSchema.optional(),
      orderId: z.uuid().optional(),
      status: receiptStatusSchema.optional(),
    }),
    response: pageOf(receiptSchema),
  },
  receiveOrder: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/receipts',
    summary:
      'Goods have been received; repeat-safe by receiptId. In bins with a sensor they count as on their way until it sees them',
    auth: 'user',
    params: z.object({ orderId: z.uuid() }),
    body: receiveOrderSchema,
    response: receiptSchema,
  },
  scanReceipt: {
    method: 'POST',
    path: '/api/v1/receipts/scan',
    summary: 'What a scanned code says, and which announced receipts or open lines it may belong to; books nothing',
    auth: 'user',
    body: scanReceiptSchema,
    response: scannedReceiptSchema,
  },
  confirmReceipt: {
    method: 'POST',
    path: '/api/v1/receipts/:receiptId/confirm',
    summary: 'Confirm an announced or proposed receipt, as it stands or with what was found',
    auth: 'user',
    params: z.object({ receiptId: z.uuid() }),
    body: confirmReceiptSchema,
    response: receiptSchema,
  },
  dismissReceipt: {
    method: 'POST',
    path: '/api/v1/receipts/:receiptId/dismiss',
    summary: 'It was not a delivery: what was proposed is on order again',
    auth: 'user',
    params: z.object({ receiptId: z.uuid() }),
    body: dismissReceiptSchema,
    response: receiptSchema,
  },
  listSupplierReturns: {
    method: 'GET',
    path: '/api/v1/returns',
    summary: 'Goods that went back to suppliers, and whether they were credited; newest first',
    auth: 'user',
    query: z.object({
      ...pageQueryFields,
      orderId: z.uuid().optional(),
      credited: z.enum(['true', 'false']).optional(),
    }),
    response: pageOf(supplierReturnSchema),
  },
  returnOrderGoods: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/returns',
    summary: 'Received goods go back to the supplier; repeat-safe by returnId',
    auth: 'user',
    params: z.object({ orderId: z.uuid() }),
    body: returnGoodsSchema,
    response: supplierReturnSchema,
  },
  creditReturn: {
    method: 'POST',
    path: '/api/v1/returns/:returnId/credit',
    summary: 'The supplier has credited a return',
    auth: 'user',
    params: z.object({ returnId: z.uuid() }),
    body: creditReturnSchema,
    response: supplierReturnSchema,
  },
} as const satisfies Record<string, RouteDefinition>;
