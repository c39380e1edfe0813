import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';

/**
 * Finds the policy that holds now for each bin of a tenant: of the narrowest scope (bin, item, class, site), the newest
 * version in effect. Kept on `item_location`, so that lists and policy runs need not search.
 */
export async function resolvePolicies(tx: Tx, tenantId: string, nowMs: number): Promise<void> {
  await sql`
    with effective as (
      select distinct on (policy_id) * from policy
      where tenant_id = ${tenantId} and effective_from_ms <= ${nowMs}
      order by policy_id, version desc
    ), candidate as (
      select b.site_id, b.bin_id, p.policy_id, p.version, 1 as rank
      from bin b join effective p on p.scope = 'bin' and p.site_id = b.site_id and p.bin_id = b.bin_id
      where b.tenant_id = ${tenantId}
      union all
      select b.site_id, b.bin_id, p.policy_id, p.version, case when p.site_id is null then 3 else 2 end
      from bin b join effective p on p.scope = 'item' and p.item_id = b.item_id
        and (p.site_id is null or p.site_id = b.site_id)
      where b.tenant_id = ${tenantId}
      union all
      select b.site_id, b.bin_id, p.policy_id, p.version, case when p.site_id is null then 5 else 4 end
      from bin b join item i on i.tenant_id = b.tenant_id and i.item_id = b.item_id
      join effective p on p.scope = 'class' and p.item_class = i.item_class
        and (p.site_id is null or p.site_id = b.site_id)
      where b.tenant_id = ${tenantId}
      union all
      select b.site_id, b.bin_id, p.policy_id, p.version, 6
      from bin b join effective p on p.scope = 'site' and p.site_id = b.site_id
      where b.tenant_id = ${tenantId}
    ), best as (
      select distinct on (site_id, bin_id) * from candidate order by site_id, bin_id, rank, policy_id
    )
    update item_location il set policy_id = best.policy_id, policy_version = best.version
    from best
    where il.tenant_id = ${tenantId} and il.site_id = best.site_id and il.bin_id = best.bin_id
      and (il.policy_id, il.policy_version) is distinct from (best.policy_id, best.version)`.execute(tx);
}
