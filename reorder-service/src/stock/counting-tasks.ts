import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import type { SiteAddress } from './site-memory.ts';

/** Asks for a count of each of these bins, unless one is asked for already. */
export async function openCountingTasks(
  tx: Tx,
  site: SiteAddress,
  asked: readonly { binId: string; reason: string }[],
  nowMs: number,
): Promise<void> {
  if (asked.length === 0) return;
  await sql`
    insert into counting_task (tenant_id, site_id, opened_at_ms, bin_id, reason)
    select ${site.tenantId}, ${site.siteId}, ${nowMs}::bigint, t.*
    from unnest(${asked.map(({ binId }) => binId)}::text[], ${asked.map(({ reason }) => reason)}::text[]) as t
    on conflict do nothing`.execute(tx);
}

/**
 * Notes a count on the bin's open task, or as a task of its own where nobody had asked.
 * @returns false if the site has no such bin
 */
export async function closeCountingTask(
  tx: Tx,
  site: SiteAddress,
  counted: { binId: string; quantity: number; by: string },
  nowMs: number,
): Promise<boolean> {
  const bin = await tx
    .selectFrom('bin')
    .select('bin_id')
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .where('bin_id', '=', counted.binId)
    .executeTakeFirst();
  if (!bin) return false;
  await openCountingTasks(tx, site, [{ binId: counted.binId, reason: 'counted without being asked' }], nowMs);
  await tx
    .updateTable('counting_task')
    .set({ closed_at_ms: nowMs, closed_by: counted.by, counted_quantity: counted.quantity })
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .where('bin_id', '=', counted.binId)
    .where('closed_at_ms', 'is', null)
    .execute();
  return true;
}
