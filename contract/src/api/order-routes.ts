import { z } from 'zod';

import { orderStatusSchema } from '../order-event.ts';
import { idSchema } from '../reading.ts';
import { approvalRuleSchema, putApprovalRuleSchema } from './approval-rules.ts';
import { approvalTestedSchema, budgetSchema, putBudgetSchema, testApprovalSchema } from './budgets.ts';
import {
  callOffOrderSchema,
  closeOrderSchema,
  editOrderSchema,
  orderActionResponseSchema,
  urgeOrderSchema,
} from './order-actions.ts';
import { orderDetailSchema, orderSummarySchema } from './orders.ts';
import { pageOf, pageQueryFields } from './page.ts';
import type { RouteDefinition } from './route-definition.ts';

const orderParams = z.object({ orderId: z.uuid() });

/** Orders, and what people do about them. */
export const ORDER_ROUTES = {
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
      /** In the order's number, or in the one the supplier gave it. */
      search: z.string().trim().min(1).max(100).optional(),
    }),
    response: pageOf(orderSummarySchema),
  },
  getOrder: {
    method: 'GET',
    path: '/api/v1/orders/:orderId',
    summary: 'One order with its proof and its history',
    auth: 'user',
    params: orderParams,
    response: orderDetailSchema,
  },
  editOrder: {
    method: 'PATCH',
    path: '/api/v1/orders/:orderId',
    summary: 'Change quantity, supplier, wanted date or note of an order that has not been sent',
    auth: 'user',
    params: orderParams,
    body: editOrderSchema,
    response: orderActionResponseSchema,
  },
  approveOrder: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/approve',
    summary: 'Approve an order that waits for it; with the last approval it is sent to the supplier',
    auth: 'user',
    params: orderParams,
    response: orderActionResponseSchema,
  },
  declineOrder: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/decline',
    summary: 'Do not approve an order, and say what becomes of the need',
    auth: 'user',
    params: orderParams,
    body: callOffOrderSchema,
    response: orderActionResponseSchema,
  },
  cancelOrder: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/cancel',
    summary:
      'Cancel an order, and say what becomes of the need: at once while the supplier cannot have it, else the supplier is asked and the order stands until they agree',
    auth: 'user',
    params: orderParams,
    body: callOffOrderSchema,
    response: orderActionResponseSchema,
  },
  urgeOrder: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/urge',
    summary:
      'Ask the supplier to deliver an order that it has earlier; the order stands as it is until they answer, which a new date does too',
    auth: 'user',
    params: orderParams,
    body: urgeOrderSchema,
    response: orderActionResponseSchema,
  },
  closeOrder: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/close',
    summary: 'Close an order whose rest will not come, and say what becomes of the need',
    auth: 'user',
    params: orderParams,
    body: closeOrderSchema,
    response: orderActionResponseSchema,
  },
  retryOrder: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/retry',
    summary: 'Send an order again that is on hold because it could not be sent; the supplier takes it once',
    auth: 'user',
    params: orderParams,
    response: orderActionResponseSchema,
  },
  acceptOrderChange: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/accept-change',
    summary: 'Agree to what the supplier changed (price, substitute): the order needs nobody’s attention any more',
    auth: 'user',
    params: orderParams,
    response: orderActionResponseSchema,
  },
  listApprovalRules: {
    method: 'GET',
    path: '/api/v1/approval-rules',
    summary: 'Which orders have to be approved, by whom',
    auth: 'user',
    response: pageOf(approvalRuleSchema),
  },
  putApprovalRule: {
    method: 'PUT',
    path: '/api/v1/approval-rules/:ruleId',
    summary: 'Set an approval rule; holds for orders from now on and for those that wait',
    auth: 'user',
    params: z.object({ ruleId: idSchema }),
    body: putApprovalRuleSchema,
    response: approvalRuleSchema,
  },
  deleteApprovalRule: {
    method: 'DELETE',
    path: '/api/v1/approval-rules/:ruleId',
    summary: 'Remove an approval rule',
    auth: 'user',
    params: z.object({ ruleId: idSchema }),
    response: z.object({ ruleId: idSchema }),
  },
  testApprovalRules: {
    method: 'POST',
    path: '/api/v1/approval-rules/test',
    summary: 'What the rules and budgets would want of an order like this; nothing is written',
    auth: 'user',
    body: testApprovalSchema,
    response: approvalTestedSchema,
  },
  listBudgets: {
    method: 'GET',
    path: '/api/v1/budgets',
    summary: 'What may be ordered in a month without a person, and what was ordered so far',
    auth: 'user',
    response: pageOf(budgetSchema),
  },
  putBudget: {
    method: 'PUT',
    path: '/api/v1/budgets/:budgetId',
    summary: 'Set a budget of a site, a class, both or all; holds for orders from now on',
    auth: 'user',
    params: z.object({ budgetId: idSchema }),
    body: putBudgetSchema,
    response: budgetSchema,
  },
  deleteBudget: {
    method: 'DELETE',
    path: '/api/v1/budgets/:budgetId',
    summary: 'Remove a budget',
    auth: 'user',
    params: z.object({ budgetId: idSchema }),
    response: z.object({ budgetId: idSchema }),
  },
} as const satisfies Record<string, RouteDefinition>;
