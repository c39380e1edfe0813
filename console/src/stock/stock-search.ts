import type { StockStatus } from '../api/types';
import { STOCK_STATUSES } from './status';

/** What the address bar keeps of the stock list, so that it can be bookmarked and sent to a colleague. */
export interface StockSearch {
  q?: string;
  status?: StockStatus;
}

export function parseStockSearch(search: Record<string, unknown>): StockSearch {
  const q = typeof search['q'] === 'string' || typeof search['q'] === 'number' ? String(search['q']).slice(0, 100) : '';
  const status = STOCK_STATUSES.find((candidate) => candidate === search['status']);
  return { ...(q ? { q } : {}), ...(status ? { status } : {}) };
}
