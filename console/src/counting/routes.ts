import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { countingTasksQuery } from '../api/queries';
import { signedInRoute } from '../shell/routes';

const countingRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/counting',
  loader: ({ context }) => void context.queryClient.prefetchQuery(countingTasksQuery()),
  component: lazyRouteComponent(() => import('./CountingPage'), 'CountingPage'),
});

export const countingRoutes = [countingRoute] as const;
