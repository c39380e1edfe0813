import { createRoute } from '@tanstack/react-router';

import { signedInRoute } from '../shell/routes';
import { parseStockSearch } from './stock-search';
import { StockPage } from './StockPage';

const stockRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  validateSearch: parseStockSearch,
  component: StockPage,
});

export const stockRoutes = [stockRoute] as const;
