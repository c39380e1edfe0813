import { sql } from 'kysely';

import type { Db } from '../database/open-database.ts';

const DAY_MS = 86_400_000;

/**
 * Gives the status DEAD to bins that hold something, are neither low nor in doubt, and from whose pool nothing was taken for
 * so many days. Decisions leave it as it is (`../stock/status.ts`); the ledger gives the next status with the next movement.
 * @returns how many bins
 */
export async function markDeadStock(db: Db, afterDays: number, nowMs: number): Promise<number> {
  const sinceMs = nowMs - afterDays * DAY_MS;
  // A level that the ledger is changing right now is passed over: it is in use, and neither waits for the other.
  const { numAffectedRows } = await sql`
    with unused as (
      select l.tenant_id, l.site_id, l.bin_id
      from stock_level l join bin b using (tenant_id, site_id, bin_id)
      where l.status in ('OK', 'OVERSTOCK') and l.on_hand > 0
        -- A bin that is new has not been left alone for so long.
        and exists (
          select from stock_movement m
          where m.tenant_id = l.tenant_id and m.site_id = l.site_id and m.bin_id = l.bin_id and m.at_ms <= ${sinceMs}::bigint)
        and not exists (
          select from bin p
          join stock_movement m on m.tenant_id = p.tenant_id and m.site_id = p.site_id and m.bin_id = p.bin_id
          where p.tenant_id = b.tenant_id and p.site_id = b.site_id
            and coalesce(p.primary_bin_id, p.bin_id) = coalesce(b.primary_bin_id, b.bin_id)
            and m.kind = 'CONSUMPTION' and m.at_ms > ${sinceMs}::bigint)
      for update of l skip locked)
    update stock_level l set status = 'DEAD'
    from unused u
    where u.tenant_id = l.tenant_id and u.site_id = l.site_id and u.bin_id = l.bin_id`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
