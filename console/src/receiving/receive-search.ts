import type { ScannedGoods } from './receipt-draft';

/** What a scan brings along to the page of an order's goods. */
export interface ReceiveSearch {
  /** The receipt that is to be confirmed. */
  receipt?: string;
  line?: number;
  count?: number;
  lot?: string;
  expires?: string;
}

export function parseReceiveSearch(search: Record<string, unknown>): ReceiveSearch {
  const { receipt, line, count, lot, expires } = search;
  return {
    ...(typeof receipt === 'string' ? { receipt } : {}),
    ...(isCount(line) ? { line } : {}),
    ...(isCount(count) ? { count } : {}),
    ...(typeof lot === 'string' || typeof lot === 'number' ? { lot: String(lot).slice(0, 50) } : {}),
    ...(typeof expires === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(expires) ? { expires } : {}),
  };
}

export function scannedIn({ line, count, lot, expires }: ReceiveSearch): ScannedGoods | undefined {
  return line === undefined ? undefined : { line, count, lot, expires };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 1_000_000_000;
}
