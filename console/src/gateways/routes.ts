import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../shell/routes';
import { gatewaysQuery } from './queries';

const gatewaysRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/gateways',
  loader: ({ context }) => void context.queryClient.prefetchQuery(gatewaysQuery()),
  component: lazyRouteComponent(() => import('./GatewaysPage'), 'GatewaysPage'),
});

export const gatewayRoutes = [gatewaysRoute] as const;
