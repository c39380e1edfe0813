import { Inject, Injectable } from '@nestjs/common';
import type { Budget } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { writeChange } from '../audit/write-change.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';

type BudgetToPut = Omit<Budget, 'spentCents'>;
const MONTH_MS_MAX = 32 * 86_400_000;

/** Budgets with what was spent of them. Orders are held to them by ../replenishment/budget.ts, which counts the same way. */
@Injectable()
export class Budgets {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  list(tenantId: string): Promise<Budget[]> {
    return withTenant(this.db, tenantId, (tx) => listBudgets(tx, tenantId, this.clock()));
  }

  /** @returns undefined if the site or the class does not exist */
  async put(tenantId: string, budget: BudgetToPut, actor: string): Promise<Budget | undefined> {
    return withTenant(this.db, tenantId, async (tx) => {
      if (!(await isKnown(tx, tenantId, budget))) return undefined;
      const before = await budgetOf(tx, tenantId, budget.budgetId);
      const values = { site_id: budget.siteId, item_class: budget.itemClass, monthly_cents: budget.monthlyCents };
      await tx
        .insertInto('budget')
        .values({ tenant_id: tenantId, budget_id: budget.budgetId, ...values })
        .onConflict((oc) => oc.columns(['tenant_id', 'budget_id']).doUpdateSet(values))
        .execute();
      const trail = { tenantId, actor, what: 'BudgetChanged', id: budget.budgetId, atMs: this.clock() };
      await writeChange(tx, { ...trail, before: before ?? null, after: budget });
      return (await listBudgets(tx, tenantId, this.clock())).find(({ budgetId }) => budgetId === budget.budgetId);
    });
  }

  /** @returns false if there is no such budget */
  async delete(tenantId: string, budgetId: string, actor: string): Promise<boolean> {
    return withTenant(this.db, tenantId, async (tx) => {
      const before = await budgetOf(tx, tenantId, budgetId);
      if (!before) return false;
      await tx.deleteFrom('budget').where('tenant_id', '=', tenantId).where('budget_id', '=', budgetId).execute();
      const trail = { tenantId, actor, what: 'BudgetChanged', id: budgetId, atMs: this.clock() };
      await writeChange(tx, { ...trail, before, after: null });
      return true;
    });
  }
}

async function budgetOf(tx: Tx, tenantId: string, budgetId: string): Promise<BudgetToPut | undefined> {
  return tx
    .selectFrom('budget')
    .select(['budget_id as budgetId', 'site_id as siteId', 'item_class as itemClass', 'monthly_cents as monthlyCents'])
    .where('tenant_id', '=', tenantId)
    .where('budget_id', '=', budgetId)
    .executeTakeFirst();
}

async function isKnown(tx: Tx, tenantId: string, { siteId, itemClass }: BudgetToPut): Promise<boolean> {
  const { rows } = await sql<{ known: boolean }>`
    select (${siteId}::text is null or exists (select from site where tenant_id = ${tenantId} and site_id = ${siteId}))
       and (${itemClass}::text is null or exists (
             select from item where tenant_id = ${tenantId} and item_class = ${itemClass})) as known`.execute(tx);
  return rows[0]?.known ?? false;
}

/** Spent is what was ordered in the calendar month of each site, without what was called off. */
export async function listBudgets(tx: Tx, tenantId: string, nowMs: number): Promise<Budget[]> {
  const { rows } = await sql<Budget>`
    with line as (
      select l.site_id, i.item_class,
             l.ordered_quantity / l.stock_units_per_order_unit * l.exact_unit_price_cents as cents
      from purchase_order_line l
      join purchase_order o using (order_id)
      join item i on i.tenant_id = l.tenant_id and i.item_id = l.item_id
      join site s on s.tenant_id = l.tenant_id and s.site_id = l.site_id
      where l.tenant_id = ${tenantId} and o.status not in ('CANCELLED', 'REJECTED')
        and o.created_at_ms >= ${nowMs - MONTH_MS_MAX}::bigint
        and date_trunc('month', to_timestamp(o.created_at_ms / 1000.0) at time zone s.time_zone)
          = date_trunc('month', to_timestamp(${nowMs} / 1000.0) at time zone s.time_zone))
    select b.budget_id as "budgetId", b.site_id as "siteId", b.item_class as "itemClass",
           b.monthly_cents as "monthlyCents", coalesce(round(sum(m.cents)::numeric), 0)::bigint as "spentCents"
    from budget b
    left join line m on (b.site_id is null or b.site_id = m.site_id)
      and (b.item_class is null or b.item_class = m.item_class)
    where b.tenant_id = ${tenantId}
    group by b.budget_id, b.site_id, b.item_class, b.monthly_cents
    order by b.budget_id`.execute(tx);
  return rows;
}
