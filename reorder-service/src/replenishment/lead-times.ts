import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';

const DAY_MS = 86_400_000;
/** So many deliveries of an item teach more than the contract says. */
const DELIVERIES_MIN = 3;
/** Older ones say little about what the supplier does now. */
const HISTORY_MS = 365 * DAY_MS;

/**
 * Learns from what each supplier has kept so far, for each item, from sending the order to the last goods received: mean
 * and standard deviation in days. May be repeated.
 */
export async function learnLeadTimes(tx: Tx, tenantId: string, nowMs: number): Promise<void> {
  await sql`
    insert into learned_lead_time (tenant_id, supplier_id, item_id, deliveries, mean_days, sd_days, computed_at_ms)
    select ${tenantId}, supplier_id, item_id, count(*), avg(days), coalesce(stddev_samp(days), 0), ${nowMs}::bigint
    from (
      select o.supplier_id, l.item_id, o.order_id,
             (max(e.at_ms) - o.sent_at_ms) / ${DAY_MS}::double precision as days
      from purchase_order o
      join purchase_order_line l using (order_id)
      join order_event e on e.order_id = o.order_id and e.event = 'GoodsReceived'
      where o.tenant_id = ${tenantId} and o.status = 'CLOSED' and l.received_quantity > 0
        and o.sent_at_ms >= ${nowMs - HISTORY_MS}
      group by o.order_id, o.supplier_id, l.item_id, o.sent_at_ms) delivered
    where days >= 0
    group by supplier_id, item_id
    having count(*) >= ${DELIVERIES_MIN}
    on conflict (tenant_id, supplier_id, item_id) do update
      set deliveries = excluded.deliveries, mean_days = excluded.mean_days, sd_days = excluded.sd_days,
          computed_at_ms = excluded.computed_at_ms
      where (learned_lead_time.deliveries, learned_lead_time.mean_days, learned_lead_time.sd_days)
            is distinct from (excluded.deliveries, excluded.mean_days, excluded.sd_days)`.execute(tx);
}
