import { z } from 'zod';

import { idSchema } from '../reading.ts';
import {
  eventDeliverySchema,
  eventDeliveryStateSchema,
  eventSubscriptionSchema,
  eventSubscriptionWithSecretSchema,
  putEventSubscriptionSchema,
  replayEventsSchema,
} from './event-subscriptions.ts';
import { pageOf, pageQueryFields } from './page.ts';
import type { RouteDefinition } from './route-definition.ts';

const params = z.object({ subscriptionId: idSchema });

/** Events out to customers' systems (docs/integration.md). Administrators only. */
export const EVENT_ROUTES = {
  listEventSubscriptions: {
    method: 'GET',
    path: '/api/v1/event-subscriptions',
    summary: 'Which systems are told what, and whether it reaches them',
    auth: 'user',
    response: pageOf(eventSubscriptionSchema),
  },
  putEventSubscription: {
    method: 'PUT',
    path: '/api/v1/event-subscriptions/:subscriptionId',
    summary:
      'Tell a system of events from now on, or change what it is told; enables it again. The answer to the first has the signing secret, shown once',
    auth: 'user',
    params,
    body: putEventSubscriptionSchema,
    response: eventSubscriptionWithSecretSchema,
  },
  deleteEventSubscription: {
    method: 'DELETE',
    path: '/api/v1/event-subscriptions/:subscriptionId',
    summary: 'Tell a system nothing any more, and forget what waited for it',
    auth: 'user',
    params,
    response: params,
  },
  rotateEventSecret: {
    method: 'POST',
    path: '/api/v1/event-subscriptions/:subscriptionId/secret',
    summary: 'A new signing secret, shown once; for a day events are signed with the old one as well',
    auth: 'user',
    params,
    response: z.object({ secret: z.string() }),
  },
  testEventSubscription: {
    method: 'POST',
    path: '/api/v1/event-subscriptions/:subscriptionId/test',
    summary: 'Send a test event now, and say what became of it',
    auth: 'user',
    params,
    response: z.object({ ok: z.boolean(), detail: z.string() }),
  },
  listEventDeliveries: {
    method: 'GET',
    path: '/api/v1/event-subscriptions/:subscriptionId/deliveries',
    summary: 'What was, or is still to be, told to a system, the newest first',
    auth: 'user',
    params,
    query: z.object({ ...pageQueryFields, state: eventDeliveryStateSchema.optional() }),
    response: pageOf(eventDeliverySchema),
  },
  replayEvents: {
    method: 'POST',
    path: '/api/v1/event-subscriptions/:subscriptionId/replay',
    summary: 'Send events again that were given up, under the same ids',
    auth: 'user',
    params,
    body: replayEventsSchema,
    response: z.object({ replayed: z.int() }),
  },
} as const satisfies Record<string, RouteDefinition>;
