import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';
import { binForecastSchema } from './forecast.ts';
import { kpisSchema } from './kpis.ts';
import { pageOf, pageQueryFields } from './page.ts';
import { policyVersionSchema, putPolicyResponseSchema, putPolicySchema } from './policies.ts';
import type { RouteDefinition } from './route-definition.ts';

/** Policies, forecasts and figures. */
export const PLANNING_ROUTES = {
  listPolicies: {
    method: 'GET',
    path: '/api/v1/policies',
    summary: 'Every version of every policy, the newest of each first: what holds, what will, and who wrote it why',
    auth: 'user',
    query: z.object({
      ...pageQueryFields,
      policyId: z.string().max(300).optional(),
      siteId: idSchema.optional(),
      scope: policyVersionSchema.shape.scope.optional(),
      state: policyVersionSchema.shape.state.optional(),
    }),
    response: pageOf(policyVersionSchema),
  },
  putPolicy: {
    method: 'PUT',
    path: '/api/v1/policies',
    summary:
      'Set the policy of a bin, an item, a class or a site, now or from a date on; the same again changes nothing',
    auth: 'user',
    body: putPolicySchema,
    response: putPolicyResponseSchema,
  },
  getForecast: {
    method: 'GET',
    path: '/api/v1/stock/:siteId/:binId/forecast',
    summary: 'What will probably be used, how long the stock lasts, and which reorder point that suggests',
    auth: 'user',
    params: z.object({ siteId: idSchema, binId: idSchema }),
    query: z.object({
      target: z.coerce.number().min(0.5).max(0.9999).default(0.95),
      cycleDays: z.coerce.number().min(1).max(365).default(14),
    }),
    response: binForecastSchema,
  },
  getKpis: {
    method: 'GET',
    path: '/api/v1/kpis',
    summary: 'How well the shelves were kept in a time; the last 30 days, if not given',
    auth: 'user',
    query: z.object({
      siteId: idSchema.optional(),
      fromMs: z.coerce.number().pipe(epochMsSchema).optional(),
      toMs: z.coerce.number().pipe(epochMsSchema).optional(),
      deadAfterDays: z.coerce.number().int().min(1).max(3_650).default(180),
    }),
    response: kpisSchema,
  },
} as const satisfies Record<string, RouteDefinition>;
