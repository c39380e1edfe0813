import { sql, type RawBuilder } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import { INHERIT } from './write-policy.ts';

/**
 * Finds the policy that holds now for each bin of a tenant: of the narrowest scope (bin, item at the site, item, class at
 * the site, class, site), the version that took effect last. Numbers computed for one bin under a policy of many take that
 * policy's place. Kept on `item_location`, so that lists and policy runs need not search.
 * @returns the bins for which another policy or version holds now
 */
export async function resolvePolicies(
  tx: Tx,
  tenantId: string,
  nowMs: number,
): Promise<{ siteId: string; binId: string }[]> {
  const { rows } = await sql<{ siteId: string; binId: string }>`
    with ${bestPolicies(tenantId, nowMs)}, held as (
      select b.site_id, b.bin_id, coalesce(c.policy_id, best.policy_id) as policy_id,
             coalesce(c.version, best.version) as version
      from bin b
      left join best on best.site_id = b.site_id and best.bin_id = b.bin_id
      left join effective c on c.scope = 'computed' and c.site_id = b.site_id and c.bin_id = b.bin_id
        and c.parameters->'computed'->>'policyId' = best.policy_id
        and (c.parameters->'computed'->>'version')::int = best.version
      where b.tenant_id = ${tenantId}
    )
    update item_location il set policy_id = held.policy_id, policy_version = held.version
    from held
    where il.tenant_id = ${tenantId} and il.site_id = held.site_id and il.bin_id = held.bin_id
      and (il.policy_id, il.policy_version) is distinct from (held.policy_id, held.version)
    returning il.site_id as "siteId", il.bin_id as "binId"`.execute(tx);
  return rows;
}

/**
 * The tables `effective` (the version of each policy that took effect last) and `best` (per bin, the narrowest of them and
 * its rank), for a `with`.
 * @param exceptPolicyId as if this one did not exist
 */
export function bestPolicies(
  tenantId: string,
  nowMs: number,
  exceptPolicyId: string | null = null,
): RawBuilder<unknown> {
  return sql`latest as (
      select distinct on (policy_id) * from policy
      where tenant_id = ${tenantId} and effective_from_ms <= ${nowMs}
      order by policy_id, effective_from_ms desc, version desc
    ), effective as (
      select * from latest where type <> ${INHERIT} and policy_id is distinct from ${exceptPolicyId}
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
    )`;
}
