import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import { earliest, keyText, type Booked, type KnownFrom } from './late-readings.ts';
import { compareKeys, EMPTY_STATE, type Observation, type ObservationKey } from './bin-state.ts';
import type { SiteAddress } from './site-memory.ts';
import { fromStoredSeries } from './stored-series.ts';

/**
 * Reads what is needed to put late observations into a bin's past, and takes away the checkpoints that the replay will
 * write anew.
 */
export async function rewind(
  tx: Tx,
  site: SiteAddress,
  binId: string,
  arrived: readonly ObservationKey[],
): Promise<KnownFrom> {
  const first = earliest(arrived);
  const known = {
    start: await checkpointBefore(tx, site, binId, first),
    observations: await observationsSince(tx, site, binId, first.atMs),
    booked: await bookedSince(tx, site, binId, first),
  };
  await deleteCheckpointsFrom(tx, site, binId, first);
  return known;
}

async function checkpointBefore(tx: Tx, site: SiteAddress, binId: string, key: ObservationKey) {
  const row = await tx
    .selectFrom('stock_checkpoint')
    .select(['state', 'at_ms'])
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .where('bin_id', '=', binId)
    .where(sql<boolean>`(at_ms, gateway_id collate "C", outbox_id collate "C", sequence) <
      (${key.atMs}::bigint, ${key.gatewayId}, ${key.outboxId}, ${key.sequence}::bigint)`)
    .orderBy('at_ms', 'desc')
    .orderBy(sql`gateway_id collate "C"`, 'desc')
    .orderBy(sql`outbox_id collate "C"`, 'desc')
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { state: { ...EMPTY_STATE, ...row.state }, atMs: row.at_ms };
}

async function observationsSince(tx: Tx, site: SiteAddress, binId: string, fromMs: number): Promise<Observation[]> {
  const { rows } = await sql<Observation>`
    select o.bin_id as "binId", o.series, o.at_ms as "atMs", r.gateway_id as "gatewayId", r.outbox_id as "outboxId",
           o.sequence, o.quantity, o.uncertainty, o.calibration
    from applied_run r,
         unnest(r.bin_ids, r.series, r.at_ms, r.sequences, r.quantities, r.uncertainties, r.calibrations)
           as o(bin_id, series, at_ms, sequence, quantity, uncertainty, calibration)
    where r.tenant_id = ${site.tenantId} and r.site_id = ${site.siteId} and r.to_ms >= ${fromMs}
      and ${binId} = any(r.bin_ids) and o.bin_id = ${binId} and o.at_ms >= ${fromMs}`.execute(tx);
  return rows.map((row) => ({ ...row, ...fromStoredSeries(row.series) }));
}

async function bookedSince(tx: Tx, site: SiteAddress, binId: string, from: ObservationKey) {
  const { rows } = await sql<ObservationKey & Booked>`
    select at_ms as "atMs", gateway_id as "gatewayId", outbox_id as "outboxId", sequence,
           sum(change)::bigint as change, max(revision) as revision,
           (array_agg(kind order by revision desc))[1] as kind
    from stock_movement
    where tenant_id = ${site.tenantId} and site_id = ${site.siteId} and bin_id = ${binId} and at_ms >= ${from.atMs}
    group by at_ms, gateway_id, outbox_id, sequence`.execute(tx);
  const booked = new Map<string, Booked>();
  for (const row of rows) {
    if (compareKeys(row, from) < 0) continue;
    booked.set(keyText(row), { change: row.change, revision: row.revision, kind: row.kind });
  }
  return booked;
}

async function deleteCheckpointsFrom(tx: Tx, site: SiteAddress, binId: string, key: ObservationKey): Promise<void> {
  await tx
    .deleteFrom('stock_checkpoint')
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .where('bin_id', '=', binId)
    .where(sql<boolean>`(at_ms, gateway_id collate "C", outbox_id collate "C", sequence) >=
      (${key.atMs}::bigint, ${key.gatewayId}, ${key.outboxId}, ${key.sequence}::bigint)`)
    .execute();
}
