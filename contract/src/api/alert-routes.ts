import { z } from 'zod';

import { idSchema } from '../reading.ts';
import { alertChannelsSchema, alertSchema, alertTestResultSchema } from './alerts.ts';
import { pageOf, pageQueryFields } from './page.ts';
import type { RouteDefinition } from './route-definition.ts';

/** What somebody should know of. */
export const ALERT_ROUTES = {
  listAlerts: {
    method: 'GET',
    path: '/api/v1/alerts',
    summary: 'Alerts, newest first; only those that are still open unless told otherwise',
    auth: 'user',
    query: z.object({
      ...pageQueryFields,
      siteId: idSchema.optional(),
      open: z.enum(['true', 'false']).default('true'),
    }),
    response: pageOf(alertSchema),
  },
  acknowledgeAlert: {
    method: 'POST',
    path: '/api/v1/alerts/:alertId/acknowledge',
    summary: 'Somebody takes it on: it escalates no further',
    auth: 'user',
    params: z.object({ alertId: z.uuid() }),
    response: alertSchema,
  },
  getAlertChannels: {
    method: 'GET',
    path: '/api/v1/alert-channels',
    summary: 'Where alerts are sent',
    auth: 'user',
    response: alertChannelsSchema,
  },
  putAlertChannels: {
    method: 'PUT',
    path: '/api/v1/alert-channels',
    summary: 'Set where alerts are sent; channels that are not named are removed',
    auth: 'user',
    body: alertChannelsSchema,
    response: alertChannelsSchema,
  },
  testAlertChannels: {
    method: 'POST',
    path: '/api/v1/alert-channels/test',
    summary: 'Send a test message on every channel, now, and say what became of it',
    auth: 'user',
    response: alertTestResultSchema,
  },
} as const satisfies Record<string, RouteDefinition>;
