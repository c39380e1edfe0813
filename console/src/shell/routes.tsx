import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, Outlet, redirect } from '@tanstack/react-router';

import { session } from '../session/session';
import { SignInPage } from '../session/SignInPage';
import { NotFoundPage } from './NotFoundPage';
import { Shell } from './Shell';

export interface RouterContext {
  queryClient: QueryClient;
}

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  notFoundComponent: NotFoundPage,
});

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { from?: string } => {
    const from = search['from'];
    // Only a way inside: `//evil.example` would leave.
    return typeof from === 'string' && /^\/(?!\/)/.test(from) ? { from } : {};
  },
  beforeLoad: ({ search }) => {
    if (session.current) redirect({ to: search.from ?? '/', replace: true, throw: true });
  },
  component: SignInPage,
});

/** The parent of every page that needs a person. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: ({ location }) => {
    if (!session.current) {
      const search = location.href === '/' ? {} : { from: location.href };
      redirect({ to: '/sign-in', search, replace: true, throw: true });
    }
    // The service opens nothing else to them.
    if (session.current?.user.passwordTemporary && location.pathname !== '/password') {
      redirect({ to: '/password', replace: true, throw: true });
    }
  },
  component: Shell,
});
