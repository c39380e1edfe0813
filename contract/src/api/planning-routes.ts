import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';
import {
  binPolicySchema,
  effectivePolicySchema,
  policyPreviewSchema,
  previewPolicySchema,
  putSnoozeSchema,
} from './effective-policies.ts';
import { binForecastSchema } from './forecast.ts';
import { kpisSchema } from './kpis.ts';
import { allOf, pageOf, pageQueryFields } from './page.ts';
import {
  declineSuggestionSchema,
  policySuggestionSchema,
  policyVersionSchema,
  putPolicyResponseSchema,
  putPolicySchema,
} from './policies.ts';
import type { RouteDefinition } from './route-definition.ts';
import { kpiStepSchema, supplierKpisSchema } from './supplier-kpis.ts';

const binParams = z.object({ siteId: idSchema, binId: idSchema });
const snoozedResponseSchema = z.object({ siteId: idSchema, binId: idSchema, untilMs: epochMsSchema.nullable() });

const kpiRangeFields = {
  siteId: idSchema.optional(),
  fromMs: z.coerce.number().pipe(epochMsSchema).optional(),
  toMs: z.coerce.number().pipe(epochMsSchema).optional(),
};

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
  listEffectivePolicies: {
    method: 'GET',
    path: '/api/v1/policies/effective',
    summary: 'What decides about each bin now, where that was set, and what was decided last',
    auth: 'user',
    query: z.object({
      ...pageQueryFields,
      siteId: idSchema.optional(),
      search: z.string().max(100).optional(),
      type: z.string().max(40).optional(),
      /** Bins that a person may have to look at: in shadow mode, snoozed, or without any policy. */
      only: z.enum(['shadow', 'snoozed', 'none']).optional(),
    }),
    response: pageOf(effectivePolicySchema),
  },
  previewPolicy: {
    method: 'POST',
    path: '/api/v1/policies/preview',
    summary: 'What would be decided now if a policy were set; nothing is written and nothing ordered',
    auth: 'user',
    body: previewPolicySchema,
    response: policyPreviewSchema,
  },
  getBinPolicy: {
    method: 'GET',
    path: '/api/v1/stock/:siteId/:binId/policy',
    summary: 'What decides about a bin, and every scope that could: bin, item, class and site',
    auth: 'user',
    params: binParams,
    response: binPolicySchema,
  },
  snoozeBin: {
    method: 'PUT',
    path: '/api/v1/stock/:siteId/:binId/snooze',
    summary: 'Order nothing for a bin until a date, and say why; what is ordered already comes',
    auth: 'user',
    params: binParams,
    body: putSnoozeSchema,
    response: snoozedResponseSchema,
  },
  endSnooze: {
    method: 'DELETE',
    path: '/api/v1/stock/:siteId/:binId/snooze',
    summary: 'End a snooze: the policy decides again at once',
    auth: 'user',
    params: binParams,
    response: snoozedResponseSchema,
  },
  listPolicySuggestions: {
    method: 'GET',
    path: '/api/v1/policy-suggestions',
    summary: 'Bins whose reorder point is far from what demand and lead time say; looked at once a day',
    auth: 'user',
    query: z.object({ ...pageQueryFields, siteId: idSchema.optional() }),
    response: pageOf(policySuggestionSchema),
  },
  declinePolicySuggestion: {
    method: 'POST',
    path: '/api/v1/policy-suggestions/:siteId/:binId/decline',
    summary: 'The numbers stay as they are, and why; it is made again once what it suggests has moved',
    auth: 'user',
    params: binParams,
    body: declineSuggestionSchema,
    response: binParams,
  },
  getForecast: {
    method: 'GET',
    path: '/api/v1/stock/:siteId/:binId/forecast',
    summary: 'What will probably be used, how long the stock lasts, and which reorder point that suggests',
    auth: 'user',
    params: binParams,
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
      ...kpiRangeFields,
      deadAfterDays: z.coerce.number().int().min(1).max(3_650).default(180),
    }),
    response: kpisSchema,
  },
  getKpiTrend: {
    method: 'GET',
    path: '/api/v1/kpis/trend',
    summary: 'The figures that are of a time, for each of equal parts of it, the oldest first',
    auth: 'user',
    query: z.object({ ...kpiRangeFields, steps: z.coerce.number().int().min(2).max(26).default(10) }),
    response: allOf(kpiStepSchema),
  },
  listSupplierKpis: {
    method: 'GET',
    path: '/api/v1/kpis/suppliers',
    summary: 'What each supplier has kept in a time: on time, in full, lead time agreed and kept',
    auth: 'user',
    query: z.object(kpiRangeFields),
    response: allOf(supplierKpisSchema),
  },
} as const satisfies Record<string, RouteDefinition>;
