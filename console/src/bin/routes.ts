import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { binQuery } from '../api/queries';
import { signedInRoute } from '../shell/routes';

const binRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/stock/$siteId/$binId',
  validateSearch: (search: Record<string, unknown>): { count?: true } =>
    search['count'] === true ? { count: true } : {},
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(binQuery(params)),
  component: lazyRouteComponent(() => import('./BinPage'), 'BinPage'),
});

export const binRoutes = [binRoute] as const;
