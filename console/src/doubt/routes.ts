import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../shell/routes';
import { parkedGroupsQuery } from './queries';

const doubtRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/doubt',
  loader: ({ context }) => void context.queryClient.prefetchQuery(parkedGroupsQuery()),
  component: lazyRouteComponent(() => import('./DoubtPage'), 'DoubtPage'),
});

export const doubtRoutes = [doubtRoute] as const;
