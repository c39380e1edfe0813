import { sql } from 'kysely';

import type { Db } from '../database/open-database.ts';

/** Something that must never be. Each is found by the sums of the source, never by a counter. */
export interface Violation {
  invariant:
    | 'level-is-sum'
    | 'level-not-negative'
    | 'closed-order-is-not-on-order'
    | 'one-open-episode'
    | 'line-adds-up'
    | 'lots-within-stock'
    | 'transfer-balances'
    | 'reservation-within-quantity';
  tenantId: string;
  detail: string;
}

export const INVARIANTS = [
  'level-is-sum',
  'level-not-negative',
  'closed-order-is-not-on-order',
  'one-open-episode',
  'line-adds-up',
  'lots-within-stock',
  'transfer-balances',
  'reservation-within-quantity',
] as const satisfies readonly Violation['invariant'][];

const VIOLATIONS_MAX = 100;
const LOTS_SETTLE_MS = 60_000;

/** Checks the books of every tenant. Reads only. */
export async function findViolations(db: Db, nowMs: number = Date.now()): Promise<Violation[]> {
  const { rows } = await sql<Violation>`
    select * from (
      select 'level-is-sum' as invariant, l.tenant_id as "tenantId",
             l.site_id || '/' || l.bin_id || ' says ' || l.on_hand || ', its movements ' || coalesce(m.sum, 0) as detail
      from stock_level l
      left join (select tenant_id, site_id, bin_id, sum(change) as sum from stock_movement
                 group by tenant_id, site_id, bin_id) m using (tenant_id, site_id, bin_id)
      where l.on_hand <> coalesce(m.sum, 0)
      union all
      select 'level-not-negative', tenant_id, site_id || '/' || bin_id from stock_level where on_hand < 0
      union all
      select 'closed-order-is-not-on-order', o.tenant_id, o.order_number
      from purchase_order o join purchase_order_line l using (order_id) where l.open and o.closed_at_ms is not null
      union all
      select 'one-open-episode', tenant_id, site_id || '/' || bin_id from episode where closed_at_ms is null
      group by tenant_id, site_id, bin_id, item_id having count(*) > 1
      union all
      select 'line-adds-up', tenant_id, order_id::text || ' line ' || line_number from purchase_order_line
      where not open and cancelled_quantity + received_quantity < ordered_quantity
      union all
      -- Worked out a few seconds after the level moves: looked at where it has been at rest for longer.
      select 'lots-within-stock', l.tenant_id, l.site_id || '/' || l.bin_id || ' holds ' || l.on_hand || ', its lots ' || lots.sum
      from stock_level l
      join (select tenant_id, site_id, bin_id, sum(remaining_quantity) as sum from stock_lot where used_up_at_ms is null
            group by tenant_id, site_id, bin_id) lots using (tenant_id, site_id, bin_id)
      where lots.sum > l.on_hand and not exists (
        select from stock_movement m where m.tenant_id = l.tenant_id and m.site_id = l.site_id and m.bin_id = l.bin_id
          and m.recorded_at_ms > ${nowMs - LOTS_SETTLE_MS})
      union all
      -- Both sides seen: within the tenth that a side may be off.
      select 'transfer-balances', tenant_id, move_id || ' is out of balance by ' || sum(moved)
      from announced_move where kind = 'TRANSFER' and closed_at_ms is not null
      group by tenant_id, move_id
      having count(*) = 2 and bool_and(abs(moved) >= 0.9 * abs(quantity)) and abs(sum(moved)) > 0.2 * max(abs(quantity)) + 1
      union all
      select 'reservation-within-quantity', tenant_id, reservation_id::text from reservation
      where fulfilled_quantity > quantity
    ) violation limit ${VIOLATIONS_MAX}`.execute(db);
  return rows;
}
