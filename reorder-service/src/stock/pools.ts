import { sql } from 'kysely';

import { anyOf } from '../database/any-of.ts';
import type { Tx } from '../database/with-tenant.ts';
import type { SiteAddress } from './site-memory.ts';

/**
 * Bins that hold one stock together: a primary bin, which has the policy, the episode and the orders, and its overflow
 * bins, which only hold goods. One level deep (the catalogue sees to it), so that every bin is in exactly one pool and
 * no goods count twice (failure mode 16).
 */
export interface Pools {
  /** Of these bins' pools, each once. */
  primaries: readonly string[];
  /** Every bin of these pools, the primaries among them. */
  binIds: readonly string[];
  primaryOf(binId: string): string;
}

export async function poolsOf(tx: Tx, site: SiteAddress, binIds: readonly string[]): Promise<Pools> {
  const { rows } = await sql<{ bin_id: string; primary_bin_id: string }>`
    select bin_id, primary_bin_id from bin
    where tenant_id = ${site.tenantId} and site_id = ${site.siteId} and primary_bin_id is not null
      and primary_bin_id = any(array(
        select coalesce(b.primary_bin_id, b.bin_id) from bin b
        where b.tenant_id = ${site.tenantId} and b.site_id = ${site.siteId} and b.bin_id = ${anyOf(binIds)}))`.execute(
    tx,
  );
  const primaryByBin = new Map(rows.map((row) => [row.bin_id, row.primary_bin_id]));
  const primaryOf = (binId: string): string => primaryByBin.get(binId) ?? binId;
  const primaries = [...new Set(binIds.map(primaryOf))];
  return { primaries, binIds: [...new Set([...primaries, ...primaryByBin.keys()])], primaryOf };
}
