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
  const primaryByBin = new Map<string, string>();
  const note = async (column: 'bin_id' | 'primary_bin_id', ids: readonly string[]): Promise<void> => {
    if (ids.length === 0) return;
    const rows = await tx
      .selectFrom('bin')
      .select(['bin_id', 'primary_bin_id'])
      .where('tenant_id', '=', site.tenantId)
      .where('site_id', '=', site.siteId)
      .where(column, '=', anyOf(ids))
      .where('primary_bin_id', 'is not', null)
      .execute();
    for (const row of rows) primaryByBin.set(row.bin_id, row.primary_bin_id ?? row.bin_id);
  };
  const primaryOf = (binId: string): string => primaryByBin.get(binId) ?? binId;
  await note('bin_id', binIds);
  const primaries = [...new Set(binIds.map(primaryOf))];
  await note('primary_bin_id', primaries);
  return { primaries, binIds: [...new Set([...primaries, ...primaryByBin.keys()])], primaryOf };
}
