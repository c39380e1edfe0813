import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';

import { binQuery, countingTasksQuery, orderQuery, ordersQuery } from './api/queries';
import { session } from './session/session';
import { SignInPage } from './session/SignInPage';
import { Shell } from './shell/Shell';
import { NotFound, PageFailure } from './shell/states';
import { StockPage } from './stock/StockPage';
import { parseStockSearch } from './stock/stock-search';

interface RouterContext {
  queryClient: QueryClient;
}

const rootRoute = createRootRouteWithContext<RouterContext>()({ component: Outlet, notFoundComponent: NotFound });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { from?: string } => {
    const from = search['from'];
    // Only a way inside: `//evil.example` would leave.
    return typeof from === 'string' && /^\/(?!\/)/.test(from) ? { from } : {};
  },
  beforeLoad: ({ search }) => {
    if (session.current) redirect({ to: search.from ?? '/', replace: true, throw: true });
  },
  component: SignInPage,
});

const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: ({ location }) => {
    if (!session.current) {
      const search = location.href === '/' ? {} : { from: location.href };
      redirect({ to: '/sign-in', search, replace: true, throw: true });
    }
  },
  component: Shell,
});

const stockRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  validateSearch: parseStockSearch,
  component: StockPage,
});

const ordersRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/orders',
  validateSearch: (search: Record<string, unknown>): { show?: 'all' } =>
    search['show'] === 'all' ? { show: 'all' } : {},
  loaderDeps: ({ search }) => ({ open: search.show !== 'all' }),
  loader: ({ context, deps }) => void context.queryClient.prefetchInfiniteQuery(ordersQuery(deps)),
  component: lazyRouteComponent(() => import('./orders/OrdersPage'), 'OrdersPage'),
});

const orderRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/orders/$orderId',
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(orderQuery(params.orderId)),
  component: lazyRouteComponent(() => import('./orders/OrderPage'), 'OrderPage'),
});

const binRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/stock/$siteId/$binId',
  validateSearch: (search: Record<string, unknown>): { count?: true } =>
    search['count'] === true ? { count: true } : {},
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(binQuery(params)),
  component: lazyRouteComponent(() => import('./bin/BinPage'), 'BinPage'),
});

const countingRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/counting',
  loader: ({ context }) => void context.queryClient.prefetchQuery(countingTasksQuery()),
  component: lazyRouteComponent(() => import('./counting/CountingPage'), 'CountingPage'),
});

const routeTree = rootRoute.addChildren([
  signInRoute,
  signedInRoute.addChildren([stockRoute, binRoute, ordersRoute, orderRoute, countingRoute]),
]);

export function createConsoleRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultErrorComponent: PageFailure,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
