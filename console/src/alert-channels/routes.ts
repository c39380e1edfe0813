import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../shell/routes';
import { channelsQuery } from './queries';

const channelsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/alert-channels',
  loader: ({ context }) => void context.queryClient.prefetchQuery(channelsQuery()),
  component: lazyRouteComponent(() => import('./AlertChannelsPage'), 'AlertChannelsPage'),
});

export const alertChannelRoutes = [channelsRoute] as const;
