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

/** What a quantity must keep to besides the supplier's packaging, in stock units. */
export interface Room {
  /** What still fits into the bin. */
  fits: number;
  /** Less would leave the position at the trigger, or below it. */
  atLeast: number;
}

export type OrderQuantities =
  | { ok: true; /** Order units, one number an order. */ units: readonly number[]; steps: readonly ArithmeticStep[] }
  | { ok: false; because: string };

/** So many orders at once mean that the maximum is a mistake. */
const ORDERS_MAX = 20;

/**
 * Turns a need in stock units into orders the supplier takes: cap at the maximum, raise to the minimum, round up to the
 * multiple; what the maximum leaves becomes a further order. The orders together are never less than the need, unless
 * there is no room for it: then they are what fits, if that is enough to lift the position above the trigger. Whole
 * numbers only.
 */
export function orderQuantities(need: number, packaging: Packaging, room?: Room): OrderQuantities {
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
  const total = sumOf(units);
  const steps = [
    { step: `in ${pluralOf(packaging.orderUnit)} of ${packQuantity}, rounded up`, value: needed },
    {
      step: `minimum ${min}, multiple ${orderMultiple}${max === Infinity ? '' : `, maximum ${max} an order`}`,
      value: total,
    },
  ];
  if (room && total * packQuantity > room.fits) return whatFits({ ...packaging, min, max }, room, steps);
  return { ok: true, units, steps: [...steps, { step: ORDERED, value: total * packQuantity }] };
}

const ORDERED = 'ordered in stock units';

function whatFits(
  packaging: Packaging & { min: number; max: number },
  room: Room,
  steps: readonly ArithmeticStep[],
): OrderQuantities {
  const { packQuantity, orderMultiple, min, max } = packaging;
  const units: number[] = [];
  for (
    let rest = roundDown(Math.floor(room.fits / packQuantity), orderMultiple);
    rest >= min;
    rest -= units.at(-1) ?? rest
  ) {
    if (units.length === ORDERS_MAX) break;
    units.push(Math.min(rest, max));
  }
  const total = sumOf(units) * packQuantity;
  if (total === 0 || total < room.atLeast) {
    return { ok: false, because: `only ${Math.max(0, room.fits)} more fit into the bin, too little to order` };
  }
  return {
    ok: true,
    units,
    steps: [...steps, { step: 'fits into the bin', value: room.fits }, { step: ORDERED, value: total }],
  };
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function roundDown(value: number, multiple: number): number {
  return Math.floor(value / multiple) * multiple;
}

function sumOf(units: readonly number[]): number {
  return units.reduce((sum, each) => sum + each, 0);
}
