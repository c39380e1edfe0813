import type { Tx } from '../database/with-tenant.ts';
import type { SiteAddress } from './site-memory.ts';

/** Asks for a count of a bin, unless one is asked for already. */
export async function openCountingTask(
  tx: Tx,
  site: SiteAddress,
  binId: string,
  reason: string,
  nowMs: number,
): Promise<void> {
  await tx
    .insertInto('counting_task')
    .values({ tenant_id: site.tenantId, site_id: site.siteId, bin_id: binId, reason, opened_at_ms: nowMs })
    .onConflict((oc) => oc.doNothing())
    .execute();
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
  await openCountingTask(tx, site, counted.binId, 'counted without being asked', nowMs);
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
