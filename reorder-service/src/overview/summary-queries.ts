import { Inject, Injectable } from '@nestjs/common';
import { stockStatusSchema, type StockStatus } from '@shelfwire/contract';
import type { Summary } from '@shelfwire/contract/api';
import { sql, type RawBuilder } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';

export interface SummaryScope {
  siteId?: string | undefined;
  /** Only this supplier's items and orders. */
  supplierId?: string | undefined;
}

interface OrderCounts {
  open: number;
  to_approve: number;
  overdue: number;
  trouble: number;
}

/** The figures at the top of the console. Reads only. */
@Injectable()
export class SummaryQueries {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  async summary(tenantId: string, scope: SummaryScope, nowMs: number): Promise<Summary> {
    return withTenant(this.db, tenantId, async (tx) => {
      const orders = await orderCounts(tx, tenantId, scope, nowMs);
      return {
        atMs: nowMs,
        binsByStatus: await binsByStatus(tx, tenantId, scope),
        openOrders: orders.open,
        ordersToApprove: orders.to_approve,
        overdueOrders: orders.overdue,
        ordersWithTrouble: orders.trouble,
        binsInDoubt: await binsInDoubt(tx, tenantId, scope, nowMs),
        openCountingTasks: await openCountingTasks(tx, tenantId, scope),
      };
    });
  }
}

async function binsByStatus(tx: Tx, tenantId: string, scope: SummaryScope): Promise<Summary['binsByStatus']> {
  const { rows } = await sql<{ status: StockStatus; bins: number }>`
    select coalesce(l.status, 'UNKNOWN') as status, count(*) as bins
    from bin b left join stock_level l using (tenant_id, site_id, bin_id)
    where ${binsOf(tenantId, scope)} group by 1`.execute(tx);
  const counts = new Map(rows.map((row) => [row.status, row.bins]));
  const entries = stockStatusSchema.options.map((status) => [status, counts.get(status) ?? 0] as const);
  return Object.fromEntries(entries) as Summary['binsByStatus'];
}

async function orderCounts(tx: Tx, tenantId: string, scope: SummaryScope, nowMs: number): Promise<OrderCounts> {
  const conditions = [sql`tenant_id = ${tenantId}`, sql`closed_at_ms is null`];
  if (scope.siteId !== undefined) conditions.push(sql`site_id = ${scope.siteId}`);
  // As in their list of orders: what is not sent yet is the customer's own.
  if (scope.supplierId !== undefined) {
    conditions.push(sql`supplier_id = ${scope.supplierId}`, sql`sent_at_ms is not null`);
  }
  const { rows } = await sql<OrderCounts>`
    select count(*) as open,
           count(*) filter (where status = 'PENDING_APPROVAL') as to_approve,
           count(*) filter (where due_at_ms < ${nowMs}) as overdue,
           count(*) filter (where attention is not null or status = 'ON_HOLD') as trouble
    from purchase_order where ${sql.join(conditions, sql` and `)}`.execute(tx);
  return rows[0] ?? { open: 0, to_approve: 0, overdue: 0, trouble: 0 };
}

/** As long as the doubt gate waits for a sensor that speaks by itself, where its own limit is not set. */
const STALE_AFTER_MS = 15 * 60_000;

async function binsInDoubt(tx: Tx, tenantId: string, scope: SummaryScope, nowMs: number): Promise<number> {
  const { rows } = await sql<{ bins: number }>`
    select count(*) as bins from bin b
    where ${binsOf(tenantId, scope)} and exists (
      select from bin_sensor bs left join sensor_state s using (tenant_id, site_id, bin_id)
      where bs.tenant_id = b.tenant_id and bs.site_id = b.site_id and bs.bin_id = b.bin_id
        and (s.quality is distinct from 'good'
             or (bs.kind in ('weight', 'level', 'count')
                 and ${nowMs} - s.last_reading_at_ms > coalesce(bs.stale_after_ms, ${STALE_AFTER_MS}))))`.execute(tx);
  return rows[0]?.bins ?? 0;
}

async function openCountingTasks(tx: Tx, tenantId: string, scope: SummaryScope): Promise<number> {
  const { rows } = await sql<{ tasks: number }>`
    select count(*) as tasks from counting_task t join bin b using (tenant_id, site_id, bin_id)
    where t.closed_at_ms is null and ${binsOf(tenantId, scope)}`.execute(tx);
  return rows[0]?.tasks ?? 0;
}

/** A condition on `bin b`. */
export function binsOf(tenantId: string, scope: SummaryScope): RawBuilder<unknown> {
  const conditions = [sql`b.tenant_id = ${tenantId}`];
  if (scope.siteId !== undefined) conditions.push(sql`b.site_id = ${scope.siteId}`);
  if (scope.supplierId !== undefined) {
    conditions.push(sql`exists (select from supplier_item si where si.tenant_id = b.tenant_id
                                and si.item_id = b.item_id and si.supplier_id = ${scope.supplierId})`);
  }
  return sql.join(conditions, sql` and `);
}
