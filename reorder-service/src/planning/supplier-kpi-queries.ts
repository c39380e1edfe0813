import { Inject, Injectable } from '@nestjs/common';
import type { SupplierKpis } from '@shelfwire/contract/api';
import { sql, type RawBuilder } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The day of the site's own calendar: goods that come on the day they are due are in time, whatever the hour. */
function dayOf(atMs: string): RawBuilder<unknown> {
  return sql`(to_timestamp(${sql.raw(atMs)} / 1000.0) at time zone time_zone)::date`;
}

/** What suppliers have kept, from the orders. Reads only. */
@Injectable()
export class SupplierKpiQueries {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  /** Every supplier, by name; figures of the orders that were closed in the time, and of those that are open now. */
  async list(
    tenantId: string,
    { siteId, fromMs, toMs }: { siteId?: string | undefined; fromMs: number; toMs: number },
    nowMs: number,
  ): Promise<SupplierKpis[]> {
    const { rows } = await withTenant(this.db, tenantId, (tx) =>
      sql<SupplierKpis>`
        with ours as (
          select * from purchase_order where tenant_id = ${tenantId} and (${siteId ?? null}::text is null or site_id = ${siteId ?? null})
        ), closed as (
          select o.supplier_id, site.time_zone, o.sent_at_ms, o.acknowledged_at_ms, o.due_at_ms, o.closed_at_ms, goods.last_at_ms,
            not exists (select from purchase_order_line n
              where n.order_id = o.order_id and n.received_quantity < n.ordered_quantity) as in_full,
            (select avg(si.lead_time_days) from purchase_order_line l
             join supplier_item si on si.tenant_id = o.tenant_id and si.supplier_id = o.supplier_id and si.item_id = l.item_id
             where l.order_id = o.order_id) as agreed_days
          from ours o
          join site on site.tenant_id = o.tenant_id and site.site_id = o.site_id
          left join lateral (select max(e.at_ms) as last_at_ms from order_event e
            where e.order_id = o.order_id and e.event = 'GoodsReceived') goods on true
          where o.status = 'CLOSED' and o.closed_at_ms >= ${fromMs} and o.closed_at_ms < ${toMs}
        ), figures as (
          select supplier_id, count(*) as closed,
            avg((${dayOf('coalesce(last_at_ms, closed_at_ms)')} <= ${dayOf('coalesce(due_at_ms, last_at_ms, closed_at_ms)')})::int) as on_time,
            avg(in_full::int) as in_full, avg(agreed_days) as agreed_days,
            avg(last_at_ms - sent_at_ms) as lead_ms, stddev_samp(last_at_ms - sent_at_ms) as lead_sd_ms,
            percentile_cont(0.5) within group (order by acknowledged_at_ms - sent_at_ms) as acknowledged_ms
          from closed group by supplier_id
        )
        select s.supplier_id as "supplierId", s.name as "supplierName", coalesce(f.closed, 0)::int as "ordersClosed",
          f.on_time::double precision as "onTime", f.in_full::double precision as "inFull",
          f.agreed_days::double precision as "agreedLeadTimeDays",
          (f.lead_ms / ${DAY_MS})::double precision as "actualLeadTimeDays",
          (f.lead_sd_ms / ${DAY_MS})::double precision as "actualLeadTimeSdDays",
          (f.acknowledged_ms / ${HOUR_MS})::double precision as "acknowledgedAfterHours",
          (select count(*)::int from learned_lead_time lt
           where lt.tenant_id = s.tenant_id and lt.supplier_id = s.supplier_id) as "itemsLearned",
          (select count(*)::int from ours o where o.supplier_id = s.supplier_id and o.closed_at_ms is null) as "openOrders",
          (select count(*)::int from ours o where o.supplier_id = s.supplier_id and o.closed_at_ms is null
             and o.due_at_ms < ${nowMs}) as "overdueOrders"
        from supplier s
        left join figures f on f.supplier_id = s.supplier_id
        where s.tenant_id = ${tenantId}
        order by s.name, s.supplier_id`.execute(tx),
    );
    return rows;
  }
}
