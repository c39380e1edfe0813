import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../shell/routes';
import { alertsQuery } from './queries';

const alertsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/alerts',
  validateSearch: (search: Record<string, unknown>): { show?: 'resolved' } =>
    search['show'] === 'resolved' ? { show: 'resolved' } : {},
  loaderDeps: ({ search }) => ({ open: search.show !== 'resolved' }),
  loader: ({ context, deps }) => void context.queryClient.prefetchInfiniteQuery(alertsQuery(deps)),
  component: lazyRouteComponent(() => import('./AlertsPage'), 'AlertsPage'),
});

export const alertRoutes = [alertsRoute] as const;
