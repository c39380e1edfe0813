import type { StockStatus } from '@shelfwire/contract';

/** The limits a level is judged by; null where the policy sets none. */
export interface StockLimits {
  safetyStock: number | null;
  reorderPoint: number | null;
  /** Above this it is too much: the maximum plus the pack that rounding up may add. */
  overstockAbove: number | null;
}

/** What a known level is called. A sensor in doubt is UNKNOWN, which the evaluator says, not the number. */
export function statusOf(onHand: number, limits: StockLimits): StockStatus {
  if (onHand <= 0) return 'OUT_OF_STOCK';
  if (limits.safetyStock !== null && onHand < limits.safetyStock) return 'BELOW_SAFETY';
  if (limits.reorderPoint !== null && onHand <= limits.reorderPoint) return 'BELOW_REORDER';
  if (limits.overstockAbove !== null && onHand > limits.overstockAbove) return 'OVERSTOCK';
  return 'OK';
}

/** Whether a bin is DEAD says the upkeep, by its days without use; no decision makes it used again, only the ledger does. */
export function statusBeside(before: string, status: StockStatus): StockStatus {
  return before === 'DEAD' && (status === 'OK' || status === 'OVERSTOCK') ? 'DEAD' : status;
}

/** At or below the point where a policy orders, as far as the level alone tells. */
export function isLow(status: StockStatus): boolean {
  return status === 'OUT_OF_STOCK' || status === 'BELOW_SAFETY' || status === 'BELOW_REORDER';
}

/** The limits that a policy's parameters set, whatever its type. */
export function limitsOf(
  parameters: Record<string, unknown> | null,
  capacity: number | null,
  packQuantity: number | null | undefined,
): StockLimits {
  const number = (name: string): number | null => {
    const value = parameters?.[name];
    return typeof value === 'number' ? value : null;
  };
  const orderUpTo = number('orderUpTo');
  return {
    reorderPoint: number('reorderPoint') ?? number('binQuantity'),
    safetyStock: number('safetyStock'),
    overstockAbove: orderUpTo === null ? capacity : orderUpTo + (packQuantity ?? 1),
  };
}
