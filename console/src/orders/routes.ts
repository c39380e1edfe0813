import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { orderQuery, ordersQuery } from '../api/queries';
import { signedInRoute } from '../shell/routes';

const ordersRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/orders',
  validateSearch: (search: Record<string, unknown>): { show?: 'all' } =>
    search['show'] === 'all' ? { show: 'all' } : {},
  loaderDeps: ({ search }) => ({ open: search.show !== 'all' }),
  loader: ({ context, deps }) => void context.queryClient.prefetchInfiniteQuery(ordersQuery(deps)),
  component: lazyRouteComponent(() => import('./OrdersPage'), 'OrdersPage'),
});

const orderRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/orders/$orderId',
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(orderQuery(params.orderId)),
  component: lazyRouteComponent(() => import('./OrderPage'), 'OrderPage'),
});

export const orderRoutes = [ordersRoute, orderRoute] as const;
