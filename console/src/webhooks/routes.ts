import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../shell/routes';
import { webhooksQuery } from './queries';

const webhooksRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/webhooks',
  loader: ({ context }) => void context.queryClient.prefetchQuery(webhooksQuery()),
  component: lazyRouteComponent(() => import('./WebhooksPage'), 'WebhooksPage'),
});

const STATES = ['waiting', 'delivered', 'dead'] as const;

const deliveriesRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/webhooks/$subscriptionId',
  validateSearch: (search: Record<string, unknown>): { state?: (typeof STATES)[number] } => {
    const state = STATES.find((each) => each === search['state']);
    return state ? { state } : {};
  },
  component: lazyRouteComponent(() => import('./DeliveriesPage'), 'DeliveriesPage'),
});

export const webhookRoutes = [webhooksRoute, deliveriesRoute] as const;
