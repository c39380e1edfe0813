import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';

/** The amount of an order is that of its lines, at the price the supplier says now; one unknown price makes it unknown. */
export async function recomputeAmount(tx: Tx, orderId: string): Promise<void> {
  // Whole order units: the quantity is a multiple of the pack. Sixth decimals are the float's, not the price's.
  await sql`
    update purchase_order o set amount_cents = (
      select case when bool_and(coalesce(l.confirmed_unit_price_cents, l.exact_unit_price_cents) is not null) then ceil(round(
               sum(coalesce(l.confirmed_unit_price_cents, l.exact_unit_price_cents)
                   * (l.ordered_quantity / l.stock_units_per_order_unit))::numeric, 6))::bigint end
      from purchase_order_line l where l.order_id = o.order_id)
    where o.order_id = ${orderId}`.execute(tx);
}
