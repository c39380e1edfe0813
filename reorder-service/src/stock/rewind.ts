import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import { compareKeys, EMPTY_STATE, type BinState, type Observation, type ObservationKey } from './bin-state.ts';
import { earliest, keyText, type Booked, type KnownFrom } from './late-readings.ts';
import { foldObservations } from './ledger.ts';
import type { SiteAddress } from './site-memory.ts';
import { fromStoredSeries } from './stored-series.ts';

/** A bin and the moment from which it is to be folded again. */
interface From extends ObservationKey {
  binId: string;
}

/** A bin with readings of it that came late. */
interface Late {
  binId: string;
  observations: Observation[];
}

/**
 * The bins of which something must be folded again. Most of a backlog says what was known already: such a reading makes no
 * step from where the bin stood at its time and leaves no trace there, so that all that followed stays as it is. To find
 * that out is one statement, for all late readings of a batch.
 */
export async function disturbed(tx: Tx, site: SiteAddress, late: readonly Late[]): Promise<Late[]> {
  const states = await statesBefore(
    tx,
    site,
    late.flatMap((each) => each.observations),
  );
  let at = 0;
  return late.filter(({ observations }) => {
    const disturbing = observations.map(
      (each) => foldObservations(states[at++]?.state ?? EMPTY_STATE, [each]).length > 0,
    );
    return disturbing.includes(true);
  });
}

/**
 * Reads what is needed to put late observations into the past of their bins, and takes away the checkpoints that the
 * replay will write anew. A few statements, however many bins: a gateway that comes back after a day brings them all.
 */
export async function rewind(
  tx: Tx,
  site: SiteAddress,
  late: readonly Late[],
): Promise<ReadonlyMap<string, KnownFrom>> {
  const froms = late.map(({ binId, observations }): From => ({ ...earliest(observations), binId }));
  if (froms.length === 0) return new Map();
  const starts = await statesBefore(tx, site, froms);
  const observations = await observationsSince(tx, site, froms);
  const booked = await bookedSince(tx, site, froms);
  await deleteCheckpoints(tx, site, froms);
  return new Map(
    froms.map(({ binId }, index) => [
      binId,
      {
        start: starts[index],
        observations: observations.get(binId) ?? [],
        booked: booked.get(binId) ?? new Map<string, Booked>(),
      },
    ]),
  );
}

/** The moments as a table `f`. */
function asTable(froms: readonly From[]) {
  return sql`unnest(${froms.map((from) => from.binId)}::text[], ${froms.map((from) => from.atMs)}::bigint[],
    ${froms.map((from) => from.gatewayId)}::text[], ${froms.map((from) => from.outboxId)}::text[],
    ${froms.map((from) => from.sequence)}::bigint[]) as f(bin_id, at_ms, gateway_id, outbox_id, sequence)`;
}

const KEY_OF_C = sql`(c.at_ms, c.gateway_id collate "C", c.outbox_id collate "C", c.sequence)`;
const KEY_OF_F = sql`(f.at_ms, f.gateway_id collate "C", f.outbox_id collate "C", f.sequence)`;

/** @returns the last step before each moment, by its index; none where the bin was unknown */
async function statesBefore(tx: Tx, site: SiteAddress, froms: readonly From[]) {
  if (froms.length === 0) return [];
  const { rows } = await sql<{ position: number; state: Partial<BinState>; at_ms: number }>`
    select f.position, before.state, before.at_ms
    from unnest(${froms.map((from) => from.binId)}::text[], ${froms.map((from) => from.atMs)}::bigint[],
                ${froms.map((from) => from.gatewayId)}::text[], ${froms.map((from) => from.outboxId)}::text[],
                ${froms.map((from) => from.sequence)}::bigint[])
      with ordinality as f(bin_id, at_ms, gateway_id, outbox_id, sequence, position), lateral (
      select c.state, c.at_ms from stock_checkpoint c
      where c.tenant_id = ${site.tenantId} and c.site_id = ${site.siteId} and c.bin_id = f.bin_id
        and c.at_ms <= f.at_ms and ${KEY_OF_C} < ${KEY_OF_F}
      order by c.at_ms desc, c.gateway_id collate "C" desc, c.outbox_id collate "C" desc, c.sequence desc
      limit 1) before`.execute(tx);
  const states = froms.map((): KnownFrom['start'] => undefined);
  for (const row of rows) states[row.position - 1] = { state: { ...EMPTY_STATE, ...row.state }, atMs: row.at_ms };
  return states;
}

async function observationsSince(tx: Tx, site: SiteAddress, froms: readonly From[]) {
  const binIds = froms.map((from) => from.binId);
  const earliestMs = Math.min(...froms.map((from) => from.atMs));
  // Runs of gateways that see none of these bins, most of a site, are not even looked at.
  const { rows } = await sql<Observation>`
    select o.bin_id as "binId", o.series, o.at_ms as "atMs", r.gateway_id as "gatewayId", r.outbox_id as "outboxId",
           o.sequence, o.quantity, o.uncertainty, o.calibration
    from (select distinct gateway_id from bin_gateway
          where tenant_id = ${site.tenantId} and site_id = ${site.siteId} and bin_id = any(${binIds}::text[])) g
    join applied_run r on r.tenant_id = ${site.tenantId} and r.site_id = ${site.siteId}
      and r.gateway_id = g.gateway_id and r.to_ms >= ${earliestMs}
    cross join lateral unnest(r.bin_ids, r.series, r.at_ms, r.sequences, r.quantities, r.uncertainties, r.calibrations)
      as o(bin_id, series, at_ms, sequence, quantity, uncertainty, calibration)
    join ${asTable(froms)} on f.bin_id = o.bin_id and o.at_ms >= f.at_ms`.execute(tx);
  return Map.groupBy(
    rows.map((row) => ({ ...row, ...fromStoredSeries(row.series) })),
    (observation) => observation.binId,
  );
}

async function bookedSince(tx: Tx, site: SiteAddress, froms: readonly From[]) {
  const { rows } = await sql<From & Booked>`
    select f.bin_id as "binId", m.at_ms as "atMs", m.gateway_id as "gatewayId", m.outbox_id as "outboxId", m.sequence,
           sum(m.change)::bigint as change, max(m.revision) as revision,
           (array_agg(m.kind order by m.revision desc))[1] as kind
    from ${asTable(froms)}
    join stock_movement m on m.tenant_id = ${site.tenantId} and m.site_id = ${site.siteId} and m.bin_id = f.bin_id
      and m.at_ms >= f.at_ms
    group by f.bin_id, m.at_ms, m.gateway_id, m.outbox_id, m.sequence`.execute(tx);
  const fromOf = new Map(froms.map((from) => [from.binId, from]));
  const booked = new Map<string, Map<string, Booked>>();
  for (const row of rows) {
    const from = fromOf.get(row.binId);
    if (!from || compareKeys(row, from) < 0) continue;
    const ofBin = booked.get(row.binId) ?? new Map<string, Booked>();
    booked.set(row.binId, ofBin.set(keyText(row), { change: row.change, revision: row.revision, kind: row.kind }));
  }
  return booked;
}

async function deleteCheckpoints(tx: Tx, site: SiteAddress, froms: readonly From[]): Promise<void> {
  await sql`
    delete from stock_checkpoint c using ${asTable(froms)}
    where c.tenant_id = ${site.tenantId} and c.site_id = ${site.siteId} and c.bin_id = f.bin_id
      and c.at_ms >= f.at_ms and ${KEY_OF_C} >= ${KEY_OF_F}`.execute(tx);
}
