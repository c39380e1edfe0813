import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../shell/routes';
import { POLICY_FILTERS, type PoliciesSearch } from './policies-search';
import { binPolicyQuery } from './queries';

const policiesRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/policies',
  validateSearch: (search: Record<string, unknown>): PoliciesSearch => {
    const only = POLICY_FILTERS.find((each) => each === search['only']);
    const q = search['q'];
    return { ...(typeof q === 'string' && q !== '' ? { q } : {}), ...(only ? { only } : {}) };
  },
  component: lazyRouteComponent(() => import('./PoliciesPage'), 'PoliciesPage'),
});

const binPolicyRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/policies/$siteId/$binId',
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(binPolicyQuery(params)),
  component: lazyRouteComponent(() => import('./BinPolicyPage'), 'BinPolicyPage'),
});

export const policyRoutes = [policiesRoute, binPolicyRoute] as const;
