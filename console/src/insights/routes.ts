import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { binQuery } from '../api/queries';
import { signedInRoute } from '../shell/routes';
import { RANGE_DAYS, WISH_DEFAULT } from './choices';
import { forecastQuery } from './queries';

const RANGE_DAYS_DEFAULT = 30;

const insightsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/insights',
  validateSearch: (search: Record<string, unknown>): { site?: string; days?: number } => {
    const site = search['site'];
    const days = RANGE_DAYS.find((each) => each === search['days'] && each !== RANGE_DAYS_DEFAULT);
    return { ...(typeof site === 'string' && site !== '' ? { site } : {}), ...(days ? { days } : {}) };
  },
  component: lazyRouteComponent(() => import('./InsightsPage'), 'InsightsPage'),
});

const forecastRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/insights/$siteId/$binId',
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(binQuery(params));
    void context.queryClient.prefetchQuery(forecastQuery(params, WISH_DEFAULT));
  },
  component: lazyRouteComponent(() => import('./ForecastPage'), 'ForecastPage'),
});

export const insightRoutes = [insightsRoute, forecastRoute] as const;
