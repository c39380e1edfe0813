import { z } from 'zod';

import { idSchema } from '../reading.ts';
import {
  alertChannelsSchema,
  alertChannelStandingSchema,
  alertChannelStandingsSchema,
  alertSchema,
  alertTestResultSchema,
  putAlertChannelSchema,
} from './alerts.ts';
import { pageOf, pageQueryFields } from './page.ts';
import type { RouteDefinition } from './route-definition.ts';

const channelParams = z.object({ channelId: idSchema });

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
    summary: 'Where alerts are sent, and whether they arrive there',
    auth: 'user',
    response: alertChannelStandingsSchema,
  },
  putAlertChannels: {
    method: 'PUT',
    path: '/api/v1/alert-channels',
    summary: 'Set where alerts are sent; channels that are not named are removed',
    auth: 'user',
    body: alertChannelsSchema,
    response: alertChannelStandingsSchema,
  },
  putAlertChannel: {
    method: 'PUT',
    path: '/api/v1/alert-channels/:channelId',
    summary: 'Set one channel; the others stay as they are',
    auth: 'user',
    params: channelParams,
    body: putAlertChannelSchema,
    response: alertChannelStandingSchema,
  },
  deleteAlertChannel: {
    method: 'DELETE',
    path: '/api/v1/alert-channels/:channelId',
    summary: 'Send no alerts there any more',
    auth: 'user',
    params: channelParams,
    response: channelParams,
  },
  testAlertChannels: {
    method: 'POST',
    path: '/api/v1/alert-channels/test',
    summary: 'Send a test message, now, on every channel or on one, and say what became of it',
    auth: 'user',
    query: z.object({ channelId: idSchema.optional() }),
    response: alertTestResultSchema,
  },
} as const satisfies Record<string, RouteDefinition>;
