import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import type { SiteAddress } from '../stock/site-memory.ts';
import { LOT_GOES_WITH_STEP_MS, projectLots } from './project-lots.ts';

export interface NewLot {
  binId: string;
  itemId: string;
  lotNumber: string;
  quantity: number;
  expiresAtMs?: number | undefined;
  receivedAtMs: number;
  /** Tags of just these goods: then it is known, not assumed, what is left. */
  epcs?: readonly string[] | undefined;
  source: 'asn' | 'scan' | 'manual';
  /** The despatch advice, scan or entry; with it a repeat is recognised. */
  reference: string;
  by: string;
}

/** Notes lots that came into bins, each once. To be called in the transaction that receives the goods. */
export async function recordLots(tx: Tx, site: SiteAddress, lots: readonly NewLot[]): Promise<void> {
  if (lots.length === 0) return;
  await tx
    .insertInto('stock_lot')
    .values(
      lots.map((lot) => ({
        tenant_id: site.tenantId,
        site_id: site.siteId,
        bin_id: lot.binId,
        item_id: lot.itemId,
        lot_number: lot.lotNumber,
        expires_at_ms: lot.expiresAtMs ?? null,
        received_at_ms: lot.receivedAtMs,
        received_quantity: lot.quantity,
        epcs: lot.epcs ? [...lot.epcs] : null,
        source: lot.source,
        reference: lot.reference,
        remaining_quantity: 0,
        used_up_at_ms: null,
        recorded_by: lot.by,
      })),
    )
    .onConflict((oc) => oc.doNothing())
    .execute();
  for (const binId of new Set(lots.map((lot) => lot.binId))) await projectBin(tx, site, binId);
}

/**
 * Works out anew what is left of the bin's lots, from its movements. A lot that is used up is looked at no more, but
 * not before its goods had time to come.
 * @returns whether anything changed
 */
export async function projectBin(tx: Tx, site: SiteAddress, binId: string): Promise<boolean> {
  const rows = await tx
    .selectFrom('stock_lot')
    .select(['lot_id', 'received_at_ms', 'received_quantity', 'expires_at_ms', 'epcs', 'remaining_quantity'])
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .where('bin_id', '=', binId)
    .where('used_up_at_ms', 'is', null)
    .orderBy('received_at_ms')
    .forUpdate()
    .execute();
  const [oldest] = rows;
  if (!oldest) return false;
  const level = await levelOf(tx, site, binId);
  const changes = await changesSince(tx, site, binId, oldest.received_at_ms - LOT_GOES_WITH_STEP_MS);
  const since = changes.reduce((sum, { change }) => sum + change, 0);
  const tagged = rows.filter((row) => row.epcs !== null);
  const remaining = new Map(
    tagged.map((row) => [row.lot_id, (row.epcs ?? []).filter((epc) => level.tags[epc]).length]),
  );
  const assumed = projectLots(
    rows
      .filter((row) => row.epcs === null)
      .map((row) => ({
        lotId: row.lot_id,
        receivedAtMs: row.received_at_ms,
        quantity: row.received_quantity,
        expiresAtMs: row.expires_at_ms,
      })),
    level.onHand - since,
    changes,
  );
  for (const [lotId, quantity] of assumed) remaining.set(lotId, quantity);
  const changed = rows.filter((row) => remaining.get(row.lot_id) !== row.remaining_quantity);
  const closable = rows.filter(
    (row) => remaining.get(row.lot_id) === 0 && row.received_at_ms < level.observedAtMs - 2 * LOT_GOES_WITH_STEP_MS,
  );
  await write(tx, site, new Map([...changed, ...closable].map((row) => [row.lot_id, remaining.get(row.lot_id) ?? 0])));
  await close(
    tx,
    site,
    closable.map((row) => row.lot_id),
    level.observedAtMs,
  );
  return changed.length > 0;
}

async function write(tx: Tx, site: SiteAddress, remaining: ReadonlyMap<string, number>): Promise<void> {
  if (remaining.size === 0) return;
  await sql`
    update stock_lot l set remaining_quantity = t.remaining
    from unnest(${[...remaining.keys()]}::uuid[], ${[...remaining.values()]}::bigint[]) as t(lot_id, remaining)
    where l.tenant_id = ${site.tenantId} and l.lot_id = t.lot_id`.execute(tx);
}

async function close(tx: Tx, site: SiteAddress, lotIds: readonly string[], atMs: number): Promise<void> {
  if (lotIds.length === 0) return;
  await tx
    .updateTable('stock_lot')
    .set({ used_up_at_ms: atMs })
    .where('tenant_id', '=', site.tenantId)
    .where('lot_id', 'in', [...lotIds])
    .execute();
}

async function levelOf(tx: Tx, site: SiteAddress, binId: string) {
  const row = await tx
    .selectFrom('stock_level')
    .select(['on_hand', 'state', 'observed_at_ms'])
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .where('bin_id', '=', binId)
    .executeTakeFirst();
  const tags = (row?.state['values'] ?? {}) as Record<string, number>;
  return { onHand: row?.on_hand ?? 0, observedAtMs: row?.observed_at_ms ?? 0, tags };
}

/** All revisions of a reading together; what nets to nothing did not happen. */
async function changesSince(tx: Tx, site: SiteAddress, binId: string, fromMs: number) {
  const { rows } = await sql<{ atMs: number; change: number }>`
    select at_ms as "atMs", sum(change)::bigint as change from stock_movement
    where tenant_id = ${site.tenantId} and site_id = ${site.siteId} and bin_id = ${binId} and at_ms >= ${fromMs}
    group by at_ms, gateway_id, outbox_id, sequence having sum(change) <> 0
    order by at_ms, gateway_id collate "C", outbox_id collate "C", sequence`.execute(tx);
  return rows;
}
