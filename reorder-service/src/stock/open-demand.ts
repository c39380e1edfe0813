import { sql } from 'kysely';

import { anyOf } from '../database/any-of.ts';
import type { Tx } from '../database/with-tenant.ts';
import type { SiteAddress } from './site-memory.ts';

/** What is reserved of a bin's item and not yet taken; an expired reservation is none. */
export type OpenDemand = (bin: { binId: string; itemId: string }) => number;

export async function openDemandOf(
  tx: Tx,
  site: SiteAddress,
  binIds: readonly string[],
  nowMs: number,
): Promise<OpenDemand> {
  if (binIds.length === 0) return () => 0;
  const { rows } = await sql<{ bin_id: string; item_id: string; demand: number }>`
    select bin_id, item_id, sum(quantity - fulfilled_quantity)::bigint as demand from reservation
    where status = 'OPEN' and tenant_id = ${site.tenantId} and site_id = ${site.siteId} and bin_id = ${anyOf(binIds)}
      and (expires_at_ms is null or expires_at_ms > ${nowMs}::bigint)
    group by bin_id, item_id`.execute(tx);
  const demands = new Map(rows.map((row) => [JSON.stringify([row.bin_id, row.item_id]), row.demand]));
  return ({ binId, itemId }) => demands.get(JSON.stringify([binId, itemId])) ?? 0;
}
