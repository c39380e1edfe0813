import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../shell/routes';
import { peopleQuery } from './queries';

const peopleRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/people',
  loader: ({ context }) => void context.queryClient.prefetchQuery(peopleQuery()),
  component: lazyRouteComponent(() => import('./PeoplePage'), 'PeoplePage'),
});

const KINDS = ['changes', 'sign-ins', 'orders'] as const;

const auditRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/audit',
  validateSearch: (search: Record<string, unknown>): { kind?: (typeof KINDS)[number]; actor?: string } => {
    const kind = KINDS.find((each) => each === search['kind']);
    const actor = search['actor'];
    return { ...(kind ? { kind } : {}), ...(typeof actor === 'string' && actor !== '' ? { actor } : {}) };
  },
  component: lazyRouteComponent(() => import('./AuditPage'), 'AuditPage'),
});

const passwordRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/password',
  component: lazyRouteComponent(() => import('./PasswordPage'), 'PasswordPage'),
});

export const peopleRoutes = [peopleRoute, auditRoute, passwordRoute] as const;
