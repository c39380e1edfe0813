import { pluralOf } from '@shelfwire/contract';

/** How a supplier sells an item. Everything but `packQuantity` counts order units. */
export interface Packaging {
  orderUnit: string;
  /** Stock units in one order unit. */
  packQuantity: number;
  orderMultiple: number;
  minOrderQuantity: number;
  maxOrderQuantity: number | null;
}

export interface ArithmeticStep {
  step: string;
  value: number;
}

export type OrderQuantities =
  | { ok: true; /** Order units, one number an order. */ units: readonly number[]; steps: readonly ArithmeticStep[] }
  | { ok: false; because: string };

/** So many orders at once mean that the maximum is a mistake. */
const ORDERS_MAX = 20;

/**
 * Turns a need in stock units into orders the supplier takes: cap at the maximum, raise to the minimum, round up to the
 * multiple; what the maximum leaves becomes a further order. The orders together are never less than the need. Whole
 * numbers only.
 */
export function orderQuantities(need: number, packaging: Packaging): OrderQuantities {
  const { packQuantity, orderMultiple, minOrderQuantity } = packaging;
  const max = packaging.maxOrderQuantity === null ? Infinity : roundDown(packaging.maxOrderQuantity, orderMultiple);
  const min = roundUp(Math.max(1, minOrderQuantity), orderMultiple);
  if (max < min) {
    const limits = `minimum ${minOrderQuantity}, maximum ${packaging.maxOrderQuantity}, multiple ${orderMultiple}`;
    return { ok: false, because: `no quantity fits the supplier's ${limits}` };
  }
  const needed = Math.ceil(need / packQuantity);
  const units: number[] = [];
  for (let rest = needed; rest > 0; rest -= units.at(-1) ?? rest) {
    if (units.length === ORDERS_MAX) return { ok: false, because: `it would take more than ${ORDERS_MAX} orders` };
    units.push(roundUp(Math.max(min, Math.min(rest, max)), orderMultiple));
  }
  const total = units.reduce((sum, each) => sum + each, 0);
  return {
    ok: true,
    units,
    steps: [
      { step: `in ${pluralOf(packaging.orderUnit)} of ${packQuantity}, rounded up`, value: needed },
      {
        step: `minimum ${min}, multiple ${orderMultiple}${max === Infinity ? '' : `, maximum ${max} an order`}`,
        value: total,
      },
      { step: 'ordered in stock units', value: total * packQuantity },
    ],
  };
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function roundDown(value: number, multiple: number): number {
  return Math.floor(value / multiple) * multiple;
}
