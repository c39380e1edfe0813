import type { Migration } from 'kysely/migration';

import { runStatements, tenantOnly } from './statements.ts';

/** When suppliers and sites work, what lead times taught, what may be spent, and policies with reasons of their own. */
export const policies: Migration = {
  up: (db) =>
    runStatements(db, [
      `alter table supplier add column calendar jsonb, add column truck jsonb`,
      `comment on column supplier.truck is 'orders of a site gather in one until it is full, it leaves, or a bin can wait no longer'`,
      `alter table site add column calendar jsonb`,
      `alter table supplier_item add column available boolean not null default true`,
      // 'computed': the numbers of one bin under a policy that holds for many; named <base policy>@<site>/<bin>.
      `alter table policy drop constraint policy_scope_check`,
      `alter table policy add constraint policy_scope_check
         check (scope in ('bin', 'item', 'class', 'site', 'computed'))`,
      `alter table policy add column reason text`,
      `create index policy_by_effect on policy (effective_from_ms)`,
      `alter table purchase_order add column expedite boolean not null default false,
         add column gather_until_ms bigint`,
      `comment on column purchase_order.gather_until_ms is 'still a draft that takes further lines until then'`,
      `create index purchase_order_gathering on purchase_order (tenant_id, site_id, supplier_id)
         where gather_until_ms is not null`,
      // Finds when a bin was last ordered for.
      `create index purchase_order_line_by_bin on purchase_order_line (tenant_id, site_id, bin_id, item_id)`,
      `create table learned_lead_time (
         tenant_id text not null,
         supplier_id text not null,
         item_id text not null,
         deliveries int not null,
         mean_days double precision not null,
         sd_days double precision not null,
         computed_at_ms bigint not null,
         primary key (tenant_id, supplier_id, item_id))`,
      `create table budget (
         tenant_id text not null references tenant,
         budget_id text not null,
         site_id text,
         item_class text,
         monthly_cents bigint not null check (monthly_cents >= 0),
         primary key (tenant_id, budget_id))`,
      ...['learned_lead_time', 'budget'].flatMap(tenantOnly),
    ]),
};
