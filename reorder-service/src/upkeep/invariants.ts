import { sql } from 'kysely';

import type { Db } from '../database/open-database.ts';

/** Something that must never be. Each is found by the sums of the source, never by a counter. */
export interface Violation {
  invariant:
    | 'level-is-sum'
    | 'level-not-negative'
    | 'closed-order-is-not-on-order'
    | 'one-open-episode'
    | 'line-adds-up';
  tenantId: string;
  detail: string;
}

const VIOLATIONS_MAX = 100;

/** Checks the books of every tenant. Reads only. */
export async function findViolations(db: Db): Promise<Violation[]> {
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
    ) violation limit ${VIOLATIONS_MAX}`.execute(db);
  return rows;
}
