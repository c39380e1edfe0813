import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../shell/routes';
import { approvalRulesQuery, budgetsQuery } from './queries';

const approvalsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/approvals',
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(approvalRulesQuery());
    void context.queryClient.prefetchQuery(budgetsQuery());
  },
  component: lazyRouteComponent(() => import('./ApprovalsPage'), 'ApprovalsPage'),
});

export const approvalRoutes = [approvalsRoute] as const;
