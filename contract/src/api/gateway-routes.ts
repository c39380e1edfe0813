import { z } from 'zod';

import { idSchema } from '../reading.ts';
import { gatewayLoginSchema, gatewaySchema } from './gateways.ts';
import { pageOf } from './page.ts';
import type { RouteDefinition } from './route-definition.ts';

/** Who may sign in at the central broker. */
export const GATEWAY_ROUTES = {
  listGateways: {
    method: 'GET',
    path: '/api/v1/gateways',
    summary: 'Gateways that may sign in at the central broker, and what each said last (administrators)',
    auth: 'user',
    response: pageOf(gatewaySchema),
  },
  issueGatewayLogin: {
    method: 'POST',
    path: '/api/v1/gateways/:siteId/:gatewayId/login',
    summary: 'Makes a gateway known, or gives it a new password; the answer is the only place where it is shown',
    auth: 'user',
    params: z.object({ siteId: idSchema, gatewayId: idSchema }),
    response: gatewayLoginSchema,
  },
  removeGateway: {
    method: 'DELETE',
    path: '/api/v1/gateways/:siteId/:gatewayId',
    summary: 'Takes a gateway’s login at the central broker away',
    auth: 'user',
    params: z.object({ siteId: idSchema, gatewayId: idSchema }),
    response: z.object({ siteId: idSchema, gatewayId: idSchema }),
  },
} as const satisfies Record<string, RouteDefinition>;
