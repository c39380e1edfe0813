/** Economic order quantities (Harris 1913); checked against stockpyl. Costs and rates are of the same period. */

export interface OrderCosts {
  /** Of one order, whatever its size. */
  fixedCost: number;
  demandRate: number;
}

export interface EconomicOrder {
  quantity: number;
  /** Of ordering and holding, with the price of the goods where there is one. */
  cost: number;
}

/** The quantity at which ordering and holding cost the least together. */
export function economicOrder(costs: OrderCosts & { holdingCost: number }): EconomicOrder {
  const { fixedCost, demandRate, holdingCost } = costs;
  return {
    quantity: Math.sqrt((2 * fixedCost * demandRate) / holdingCost),
    cost: Math.sqrt(2 * fixedCost * demandRate * holdingCost),
  };
}

/** The same, where a unit that is missing may be delivered later at a cost. @returns also the share that is late */
export function economicOrderWithBackorders(
  costs: OrderCosts & { holdingCost: number; stockoutCost: number },
): EconomicOrder & { lateShare: number } {
  const { fixedCost, demandRate, holdingCost: h, stockoutCost: p } = costs;
  return {
    quantity: Math.sqrt((2 * fixedCost * demandRate * (h + p)) / (h * p)),
    cost: Math.sqrt((2 * fixedCost * demandRate * h * p) / (h + p)),
    lateShare: h / (h + p),
  };
}

export interface PriceTier {
  /** From this quantity on. */
  from: number;
  unitPrice: number;
}

/**
 * With prices that hold for the whole order once it reaches a tier: per tier the economic quantity, raised to where the
 * tier begins, and of these the cheapest with the goods. `holdingRate` is the share of the price that a period costs.
 */
export function economicOrderWithPriceTiers(
  costs: OrderCosts & { holdingRate: number },
  tiers: readonly PriceTier[],
): EconomicOrder & { unitPrice: number } {
  const { fixedCost, demandRate, holdingRate } = costs;
  let best: (EconomicOrder & { unitPrice: number }) | undefined;
  const rising = tiers.toSorted((a, b) => a.from - b.from);
  for (const [index, { from, unitPrice }] of rising.entries()) {
    const holdingCost = holdingRate * unitPrice;
    const quantity = Math.max(from, economicOrder({ fixedCost, demandRate, holdingCost }).quantity);
    const next = rising[index + 1]?.from ?? Infinity;
    if (quantity >= next || quantity <= 0) continue;
    const cost = unitPrice * demandRate + (fixedCost * demandRate) / quantity + (holdingCost * quantity) / 2;
    if (!best || cost < best.cost) best = { quantity, cost, unitPrice };
  }
  return best ?? { quantity: 0, cost: 0, unitPrice: 0 };
}
