import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../shell/routes';

const suggestionsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/suggestions',
  component: lazyRouteComponent(() => import('./SuggestionsPage'), 'SuggestionsPage'),
});

export const suggestionRoutes = [suggestionsRoute] as const;
