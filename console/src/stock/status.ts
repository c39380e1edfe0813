import type { StockStatus } from '../api/types';

/** The worst first. */
export const STOCK_STATUSES = [
  'OUT_OF_STOCK',
  'BELOW_SAFETY',
  'BELOW_REORDER',
  'UNKNOWN',
  'OK',
  'OVERSTOCK',
  'DEAD',
] as const satisfies readonly StockStatus[];

interface StatusLook {
  label: string;
  color: string;
  /** What it means for a person. */
  meaning: string;
}

export const STATUS_LOOKS: Readonly<Record<StockStatus, StatusLook>> = {
  OUT_OF_STOCK: { label: 'Out of stock', color: 'red', meaning: 'Nothing is left' },
  BELOW_SAFETY: { label: 'Below safety', color: 'orange', meaning: 'The safety stock is being used up' },
  BELOW_REORDER: { label: 'Low', color: 'yellow', meaning: 'At or below the reorder point' },
  OK: { label: 'OK', color: 'teal', meaning: 'Above the reorder point' },
  OVERSTOCK: { label: 'Overstock', color: 'blue', meaning: 'More than is ever needed' },
  DEAD: { label: 'No use', color: 'gray', meaning: 'Nothing was taken for a long time' },
  UNKNOWN: {
    label: 'In doubt',
    color: 'grape',
    meaning: 'The sensor cannot be trusted now; nothing is ordered on doubt',
  },
};
