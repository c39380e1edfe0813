import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { binQuery } from '../api/queries';
import { signedInRoute } from '../shell/routes';
import { forecastQuery } from './queries';

export const RANGE_DAYS = [7, 30, 90, 365] as const;
const RANGE_DAYS_DEFAULT = 30;
export const WISH_DEFAULT = { target: 0.95, cycleDays: 14 };

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
