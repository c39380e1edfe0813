import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import type { Order } from '../orders/order.ts';

interface Row {
  budget_id: string;
  monthly_cents: number;
  /** Of this order, in the budget. */
  order_cents: number;
  unpriced: boolean;
  spent_cents: number;
}

/**
 * Compares an order with the budgets it falls under: what was ordered in this calendar month of the site, without what was
 * called off, and this order. The budgets stay locked until the transaction ends, so that two orders at once cannot both
 * be the last that fits.
 * @returns why a person must decide, or undefined if every budget has room
 */
export async function overBudget(tx: Tx, order: Order, nowMs: number): Promise<string | undefined> {
  const budgets = await sql`select budget_id from budget where tenant_id = ${order.tenantId} for update`.execute(tx);
  if (budgets.rows.length === 0) return undefined;
  const { rows } = await sql<Row>`
    with line as (
      select l.order_id, l.site_id, i.item_class, o.created_at_ms,
             l.ordered_quantity / l.stock_units_per_order_unit * l.exact_unit_price_cents as cents
      from purchase_order_line l
      join purchase_order o using (order_id)
      join item i on i.tenant_id = l.tenant_id and i.item_id = l.item_id
      where l.tenant_id = ${order.tenantId} and o.status not in ('CANCELLED', 'REJECTED')
        and o.created_at_ms >= ${nowMs - 32 * 86_400_000}::bigint
    ), month as (
      select line.*, site.site_id is not null as now from line
      left join site on site.tenant_id = ${order.tenantId} and site.site_id = line.site_id
        and date_trunc('month', to_timestamp(line.created_at_ms / 1000.0) at time zone site.time_zone)
          = date_trunc('month', to_timestamp(${nowMs} / 1000.0) at time zone site.time_zone)
    )
    select b.budget_id, b.monthly_cents,
           coalesce(sum(m.cents) filter (where m.order_id = ${order.orderId}), 0)::double precision as order_cents,
           coalesce(bool_or(m.cents is null) filter (where m.order_id = ${order.orderId}), false) as unpriced,
           coalesce(sum(m.cents) filter (where m.order_id <> ${order.orderId} and m.now), 0)::double precision as spent_cents
    from budget b
    join month m on (b.site_id is null or b.site_id = m.site_id)
      and (b.item_class is null or b.item_class = m.item_class)
    where b.tenant_id = ${order.tenantId}
    group by b.budget_id, b.monthly_cents
    having bool_or(m.order_id = ${order.orderId})
    order by b.budget_id`.execute(tx);
  for (const row of rows) {
    if (row.unpriced) return `the budget ${row.budget_id} cannot be checked: a price is not known`;
    if (row.spent_cents + row.order_cents > row.monthly_cents) {
      const [spent, own, limit] = [row.spent_cents, row.order_cents, row.monthly_cents].map(money);
      return `over the budget ${row.budget_id}: ${spent} spent this month + ${own} is more than ${limit}`;
    }
  }
  return undefined;
}

function money(cents: number): string {
  return (Math.ceil(cents) / 100).toFixed(2);
}
