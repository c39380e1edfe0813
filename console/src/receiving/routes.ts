import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { orderQuery } from '../api/queries';
import { signedInRoute } from '../shell/routes';
import { expectedOrdersQuery } from './queries';
import { parseReceiveSearch } from './receive-search';

const receivingRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/receiving',
  loader: ({ context }) => void context.queryClient.prefetchQuery(expectedOrdersQuery()),
  component: lazyRouteComponent(() => import('./ReceivingPage'), 'ReceivingPage'),
});

const receiveRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/receiving/$orderId',
  validateSearch: parseReceiveSearch,
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(orderQuery(params.orderId)),
  component: lazyRouteComponent(() => import('./ReceivePage'), 'ReceivePage'),
});

export const receivingRoutes = [receivingRoute, receiveRoute] as const;
