import type { MovementKind, ReadingQuality, StockStatus } from '@shelfwire/contract';
import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import type { BinState, Observation, ObservationKey } from './bin-state.ts';
import type { SiteAddress } from './site-memory.ts';
import { toStoredSeries } from './stored-series.ts';
import type { Parked } from './understand-readings.ts';

export interface NewMovement extends ObservationKey {
  binId: string;
  itemId: string;
  kind: MovementKind;
  change: number;
  onHandAfter: number;
  revision: number;
  evidence: Record<string, unknown>;
}

export interface NewCheckpoint extends ObservationKey {
  binId: string;
  kind: MovementKind;
  state: BinState;
}

export interface NewLevel {
  binId: string;
  itemId: string;
  state: BinState;
  status: StockStatus;
  observedAtMs: number;
  eventSequence: number;
}

export interface NewRun {
  gatewayId: string;
  outboxId: string;
  firstSequence: number;
  lastSequence: number;
  observations: readonly Observation[];
}

/** Each writes all its rows in one statement: the cost of a batch is that of a few statements, however many readings. */
export async function writeMovements(tx: Tx, site: SiteAddress, rows: readonly NewMovement[], nowMs: number) {
  if (rows.length === 0) return;
  await sql`
    insert into stock_movement (tenant_id, site_id, recorded_at_ms, bin_id, item_id, kind, change, on_hand_after, at_ms,
                                gateway_id, outbox_id, sequence, revision, evidence)
    select ${site.tenantId}, ${site.siteId}, ${nowMs}::bigint, t.*
    from unnest(${rows.map((row) => row.binId)}::text[], ${rows.map((row) => row.itemId)}::text[],
                ${rows.map((row) => row.kind)}::text[], ${rows.map((row) => row.change)}::bigint[],
                ${rows.map((row) => row.onHandAfter)}::bigint[], ${rows.map((row) => row.atMs)}::bigint[],
                ${rows.map((row) => row.gatewayId)}::text[], ${rows.map((row) => row.outboxId)}::text[],
                ${rows.map((row) => row.sequence)}::bigint[], ${rows.map((row) => row.revision)}::int[],
                ${rows.map((row) => JSON.stringify(row.evidence))}::jsonb[]) as t`.execute(tx);
}

export async function writeCheckpoints(tx: Tx, site: SiteAddress, rows: readonly NewCheckpoint[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into stock_checkpoint (tenant_id, site_id, bin_id, at_ms, gateway_id, outbox_id, sequence, on_hand,
                                  uncertainty, state, kind)
    select ${site.tenantId}, ${site.siteId}, t.*
    from unnest(${rows.map((row) => row.binId)}::text[], ${rows.map((row) => row.atMs)}::bigint[],
                ${rows.map((row) => row.gatewayId)}::text[], ${rows.map((row) => row.outboxId)}::text[],
                ${rows.map((row) => row.sequence)}::bigint[], ${rows.map((row) => row.state.onHand)}::bigint[],
                ${rows.map((row) => row.state.uncertainty)}::double precision[],
                ${rows.map((row) => JSON.stringify(row.state))}::jsonb[],
                ${rows.map((row) => row.kind)}::text[]) as t`.execute(tx);
}

export async function writeLevels(tx: Tx, site: SiteAddress, rows: readonly NewLevel[], version: number) {
  if (rows.length === 0) return;
  await sql`
    insert into stock_level (tenant_id, site_id, ledger_version, bin_id, item_id, on_hand, uncertainty, state, status,
                             observed_at_ms, event_sequence, disagreeing_since_ms)
    select ${site.tenantId}, ${site.siteId}, ${version}::bigint, t.*
    from unnest(${rows.map((row) => row.binId)}::text[], ${rows.map((row) => row.itemId)}::text[],
                ${rows.map((row) => row.state.onHand)}::bigint[],
                ${rows.map((row) => row.state.uncertainty)}::double precision[],
                ${rows.map((row) => JSON.stringify(row.state))}::jsonb[], ${rows.map((row) => row.status)}::text[],
                ${rows.map((row) => row.observedAtMs)}::bigint[], ${rows.map((row) => row.eventSequence)}::bigint[],
                ${rows.map((row) => row.state.preference?.disagreeingSinceMs ?? null)}::bigint[]) as t
    on conflict (tenant_id, site_id, bin_id) do update set
      ledger_version = excluded.ledger_version, item_id = excluded.item_id, on_hand = excluded.on_hand,
      uncertainty = excluded.uncertainty, state = excluded.state, status = excluded.status,
      observed_at_ms = excluded.observed_at_ms, event_sequence = excluded.event_sequence,
      disagreeing_since_ms = excluded.disagreeing_since_ms`.execute(tx);
}

export async function writeRuns(tx: Tx, site: SiteAddress, runs: readonly NewRun[], version: number, nowMs: number) {
  for (const run of runs) {
    const { observations } = run;
    await sql`
      insert into applied_run (tenant_id, site_id, gateway_id, outbox_id, first_sequence, last_sequence, ledger_version,
        to_ms, applied_at_ms, bin_ids, series, at_ms, sequences, quantities, uncertainties, calibrations)
      values (${site.tenantId}, ${site.siteId}, ${run.gatewayId}, ${run.outboxId}, ${run.firstSequence},
        ${run.lastSequence}, ${version}, ${newestAtMs(observations)}, ${nowMs},
        ${textArray(observations.map((each) => each.binId))}::text[],
        ${textArray(observations.map(toStoredSeries))}::text[],
        ${numberArray(observations.map((each) => each.atMs))}::bigint[],
        ${numberArray(observations.map((each) => each.sequence))}::bigint[],
        ${numberArray(observations.map((each) => each.quantity))}::double precision[],
        ${numberArray(observations.map((each) => each.uncertainty))}::double precision[],
        ${numberArray(observations.map((each) => each.calibration))}::int[])`.execute(tx);
  }
}

/**
 * PostgreSQL's own form of an array. The driver makes it element by element, with a regular expression each, which is
 * most of what an unchanged reading costs; joined, it is made at once.
 */
function numberArray(values: readonly number[]): string {
  return `{${values.join(',')}}`;
}

/** Ids and series hold neither quotes nor backslashes (contract); where one does, the driver may make it. */
function textArray(values: readonly string[]): string | readonly string[] {
  if (values.length === 0) return '{}';
  const joined = values.join('\u001f');
  return /["\\]/.test(joined) ? values : `{"${joined.replaceAll('\u001f', '","')}"}`;
}

function newestAtMs(observations: readonly Observation[]): number {
  let newest = 0;
  for (const { atMs } of observations) newest = Math.max(newest, atMs);
  return newest;
}

export async function writeGateways(
  tx: Tx,
  site: SiteAddress,
  rows: readonly { binId: string; gatewayId: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into bin_gateway (tenant_id, site_id, bin_id, gateway_id)
    select ${site.tenantId}, ${site.siteId}, t.*
    from unnest(${rows.map((row) => row.binId)}::text[], ${rows.map((row) => row.gatewayId)}::text[]) as t
    on conflict do nothing`.execute(tx);
}

export interface SensorSeen {
  binId: string;
  lastReadingAtMs: number;
  quality: ReadingQuality;
}

export interface EachSensorSeen extends SensorSeen {
  sensor: string;
}

/** Of bins with several sensors. */
export async function writeEachSensor(tx: Tx, site: SiteAddress, rows: readonly EachSensorSeen[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into each_sensor_state as s (tenant_id, site_id, bin_id, sensor, last_reading_at_ms, quality)
    select ${site.tenantId}, ${site.siteId}, t.*
    from unnest(${rows.map((row) => row.binId)}::text[], ${rows.map((row) => row.sensor)}::text[],
                ${rows.map((row) => row.lastReadingAtMs)}::bigint[], ${rows.map((row) => row.quality)}::text[]) as t
    on conflict (tenant_id, site_id, bin_id, sensor) do update set
      last_reading_at_ms = excluded.last_reading_at_ms, quality = excluded.quality
    where excluded.last_reading_at_ms >= s.last_reading_at_ms`.execute(tx);
}

export async function writeSensors(tx: Tx, site: SiteAddress, rows: readonly SensorSeen[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into sensor_state as s (tenant_id, site_id, bin_id, last_reading_at_ms, quality, quality_since_ms)
    select ${site.tenantId}, ${site.siteId}, t.bin_id, t.at_ms, t.quality, t.at_ms
    from unnest(${rows.map((row) => row.binId)}::text[], ${rows.map((row) => row.lastReadingAtMs)}::bigint[],
                ${rows.map((row) => row.quality)}::text[]) as t(bin_id, at_ms, quality)
    on conflict (tenant_id, site_id, bin_id) do update set
      last_reading_at_ms = greatest(s.last_reading_at_ms, excluded.last_reading_at_ms),
      quality_since_ms = case when s.quality = excluded.quality then s.quality_since_ms
                              else excluded.quality_since_ms end,
      quality = excluded.quality
    where excluded.last_reading_at_ms >= s.last_reading_at_ms`.execute(tx);
}

export async function writeParked(
  tx: Tx,
  site: SiteAddress,
  source: { gatewayId: string; outboxId: string },
  rows: readonly Parked[],
  nowMs: number,
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into parked_reading (tenant_id, site_id, gateway_id, outbox_id, parked_at_ms, sequence, device_id, reason,
                                reading)
    select ${site.tenantId}, ${site.siteId}, ${source.gatewayId}, ${source.outboxId}, ${nowMs}::bigint, t.*
    from unnest(${rows.map((row) => row.sequence)}::bigint[], ${rows.map((row) => row.deviceId)}::text[],
                ${rows.map((row) => row.reason)}::text[],
                ${rows.map((row) => JSON.stringify({ detail: row.detail, reading: row.raw ?? null }))}::jsonb[]) as t
    on conflict do nothing`.execute(tx);
}
