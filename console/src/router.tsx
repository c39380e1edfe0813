import type { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';

import { alertChannelRoutes } from './alert-channels/routes';
import { alertRoutes } from './alerts/routes';
import { approvalRoutes } from './approval-rules/routes';
import { binRoutes } from './bin/routes';
import { countingRoutes } from './counting/routes';
import { gatewayRoutes } from './gateways/routes';
import { importRoutes } from './imports/routes';
import { insightRoutes } from './insights/routes';
import { doubtRoutes } from './doubt/routes';
import { orderRoutes } from './orders/routes';
import { receivingRoutes } from './receiving/routes';
import { peopleRoutes } from './people/routes';
import { policyRoutes } from './policies/routes';
import { rootRoute, signedInRoute, signInRoute } from './shell/routes';
import { PageFailure } from './shell/states';
import { stockKeepingRoutes } from './stock-keeping/routes';
import { stockRoutes } from './stock/routes';
import { suggestionRoutes } from './suggestions/routes';
import { webhookRoutes } from './webhooks/routes';

/** Each folder says in its `routes.ts` which addresses it answers. Pages are loaded when somebody goes there. */
const routeTree = rootRoute.addChildren([
  signInRoute,
  signedInRoute.addChildren([
    ...stockRoutes,
    ...binRoutes,
    ...orderRoutes,
    ...countingRoutes,
    ...alertRoutes,
    ...alertChannelRoutes,
    ...receivingRoutes,
    ...policyRoutes,
    ...insightRoutes,
    ...approvalRoutes,
    ...peopleRoutes,
    ...gatewayRoutes,
    ...stockKeepingRoutes,
    ...doubtRoutes,
    ...suggestionRoutes,
    ...importRoutes,
    ...webhookRoutes,
  ]),
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
