/** Demand beside the policy: what is reserved and can be served from the shelf, and what cannot. */
export interface Demand {
  reserved: number;
  backordered: number;
}

/**
 * Splits open demand by what is on hand. `reserved` never exceeds the stock, so that what is available is never below
 * zero; the position is the same however it is split.
 */
export function splitDemand(open: number, onHand: number): Demand {
  const reserved = Math.min(open, Math.max(0, onHand));
  return { reserved, backordered: open - reserved };
}
