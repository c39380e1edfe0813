import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../shell/routes';

const lotsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/lots',
  validateSearch: (search: Record<string, unknown>): { days?: number } => {
    const days = search['days'];
    return typeof days === 'number' && Number.isInteger(days) && days >= 0 && days <= 3_650 ? { days } : {};
  },
  component: lazyRouteComponent(() => import('./LotsPage'), 'LotsPage'),
});

const movesRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/moves',
  component: lazyRouteComponent(() => import('./MovesPage'), 'MovesPage'),
});

const reservationsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/reservations',
  validateSearch: (search: Record<string, unknown>): { show?: 'all' } =>
    search['show'] === 'all' ? { show: 'all' } : {},
  component: lazyRouteComponent(() => import('./ReservationsPage'), 'ReservationsPage'),
});

export const stockKeepingRoutes = [lotsRoute, movesRoute, reservationsRoute] as const;
