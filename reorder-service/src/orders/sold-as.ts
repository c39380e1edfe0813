import type { Tx } from '../database/with-tenant.ts';
import type { PriceBreak } from './price.ts';

/** How a supplier sells an item. Everything but `packQuantity` counts order units. */
export interface SoldAs {
  partNumber: string;
  orderUnit: string;
  /** Stock units in one order unit, and what a stock unit is called. */
  packQuantity: number;
  unit: string;
  orderMultiple: number;
  minOrderQuantity: number;
  maxOrderQuantity: number | null;
  leadTimeDays: number;
  priceBreaks: readonly PriceBreak[];
}

/** @returns undefined if this supplier does not sell it */
export async function offerOf(
  tx: Tx,
  tenantId: string,
  supplierId: string,
  itemId: string,
): Promise<SoldAs | undefined> {
  const row = await tx
    .selectFrom('supplier_item as si')
    .innerJoin('item as i', (join) =>
      join.onRef('i.tenant_id', '=', 'si.tenant_id').onRef('i.item_id', '=', 'si.item_id'),
    )
    .selectAll('si')
    .select('i.unit')
    .where('si.tenant_id', '=', tenantId)
    .where('si.supplier_id', '=', supplierId)
    .where('si.item_id', '=', itemId)
    .executeTakeFirst();
  return (
    row && {
      partNumber: row.part_number,
      orderUnit: row.order_unit,
      packQuantity: row.pack_quantity,
      unit: row.unit,
      orderMultiple: row.order_multiple,
      minOrderQuantity: row.min_order_quantity,
      maxOrderQuantity: row.max_order_quantity,
      leadTimeDays: row.lead_time_days,
      priceBreaks: row.price_breaks,
    }
  );
}

/** The least the supplier sells that is not less than so many stock units. */
export function unitsToCover(quantity: number, sold: SoldAs): number {
  const { orderMultiple } = sold;
  const units = Math.max(Math.ceil(quantity / sold.packQuantity), sold.minOrderQuantity, 1);
  return Math.ceil(units / orderMultiple) * orderMultiple;
}

/** Why the supplier does not sell so many order units; undefined if it does. */
export function unitsProblem(units: number, sold: SoldAs): string | undefined {
  const { orderMultiple, minOrderQuantity, maxOrderQuantity } = sold;
  if (units < minOrderQuantity) return `the supplier sells ${minOrderQuantity} at least`;
  if (maxOrderQuantity !== null && units > maxOrderQuantity) return `the supplier sells ${maxOrderQuantity} at most`;
  if (units % orderMultiple === 0) return undefined;
  const below = Math.floor(units / orderMultiple) * orderMultiple;
  return `the supplier sells multiples of ${orderMultiple}: ${below > 0 ? `${below} or ` : ''}${below + orderMultiple}`;
}
