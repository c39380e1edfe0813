import { sql } from 'kysely';

import { anyOf } from '../database/any-of.ts';
import type { Tx } from '../database/with-tenant.ts';
import type { SiteAddress } from './site-memory.ts';

const DAY_MS = 86_400_000;

export interface ExpiringLot {
  itemId: string;
  expiresAtMs: number;
  remaining: number;
}

/** What is left of lots with a date, by bin, as ../stock-keeping/lots.ts has worked it out. */
export async function expiringLotsOf(
  tx: Tx,
  site: SiteAddress,
  binIds: readonly string[],
): Promise<ReadonlyMap<string, ExpiringLot[]>> {
  const rows = await tx
    .selectFrom('stock_lot')
    .select(['bin_id', 'item_id', 'expires_at_ms', 'remaining_quantity'])
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .where('bin_id', '=', anyOf(binIds))
    .where('used_up_at_ms', 'is', null)
    .where('remaining_quantity', '>', sql.lit(0))
    .where('expires_at_ms', 'is not', null)
    .execute();
  const byBin = new Map<string, ExpiringLot[]>();
  for (const row of rows) {
    const lot = { itemId: row.item_id, expiresAtMs: row.expires_at_ms ?? 0, remaining: row.remaining_quantity };
    byBin.set(row.bin_id, [...(byBin.get(row.bin_id) ?? []), lot]);
  }
  return byBin;
}

/** How much of it a policy does not count as stock: what expires within so many days; nothing if the policy says none. */
export function unusableOf(
  lots: readonly ExpiringLot[],
  itemId: string,
  usableDaysLeft: number | undefined,
  nowMs: number,
): number {
  if (usableDaysLeft === undefined) return 0;
  let sum = 0;
  for (const lot of lots) {
    if (lot.itemId === itemId && lot.expiresAtMs <= nowMs + usableDaysLeft * DAY_MS) sum += lot.remaining;
  }
  return sum;
}
