import type { MovementKind } from '@shelfwire/contract';
import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import {
  compareKeys,
  EMPTY_STATE,
  foldObservations,
  kindOfCause,
  type BinState,
  type Observation,
  type ObservationKey,
  type Step,
} from './ledger.ts';
import type { SiteAddress } from './site-memory.ts';
import type { NewCheckpoint, NewMovement } from './write-ledger.ts';

export interface LateResult {
  state: BinState | undefined;
  observedAtMs: number;
  movements: NewMovement[];
  checkpoints: NewCheckpoint[];
}

/** The kind of a step up that nothing booked explains: RECEIPT if an open order does. */
export type KindOfUp = (step: Step) => MovementKind;

interface Booked {
  change: number;
  revision: number;
  kind: MovementKind;
}

/**
 * Puts observations that came late where they belong: folds the bin's observations again from there, and books the
 * difference to what was booked as further revisions of the same movements. What was written stays written; the sums
 * by reading become what they had been, had everything come in order.
 */
export async function replayLate(
  tx: Tx,
  site: SiteAddress,
  bin: { binId: string; itemId: string },
  arrived: readonly Observation[],
  kindOfUp: KindOfUp,
): Promise<LateResult> {
  const first = [...arrived].sort(compareKeys)[0];
  if (!first) throw new RangeError('no observation arrived');
  const start = await checkpointBefore(tx, site, bin.binId, first);
  const known = await observationsSince(tx, site, bin.binId, first.atMs);
  const all = [...known, ...arrived].filter((each) => compareKeys(each, first) >= 0).sort(compareKeys);
  const steps = foldObservations(start?.state ?? EMPTY_STATE, all);
  const booked = await bookedSince(tx, site, bin.binId, first);
  const kinds = kindsOf(steps, booked, kindOfUp);
  await deleteCheckpointsFrom(tx, site, bin.binId, first);
  const last = steps.at(-1);
  return {
    state: last?.state ?? start?.state,
    observedAtMs: last?.observation.atMs ?? start?.atMs ?? first.atMs,
    movements: differences(bin, steps, kinds, booked, start?.state.onHand ?? 0),
    checkpoints: steps.map((step, index) => ({
      ...keyOf(step.observation),
      binId: bin.binId,
      kind: kinds[index] ?? 'UNEXPLAINED',
      state: step.state,
    })),
  };
}

/**
 * A step that was booked before keeps its kind. A new step up splits the movement after it, so that it takes the kind
 * of the next step up (a receipt seen in two steps is a receipt twice); the newest one is what `kindOfUp` says.
 */
function kindsOf(steps: readonly Step[], booked: ReadonlyMap<string, Booked>, kindOfUp: KindOfUp): MovementKind[] {
  const kinds: MovementKind[] = [];
  let next: MovementKind | undefined;
  for (const step of [...steps].reverse()) {
    const kind = kindOfCause(step.cause) ?? bookedUp(booked.get(keyText(step.observation))) ?? next ?? kindOfUp(step);
    if (step.cause === 'up') next = kind;
    kinds.unshift(kind);
  }
  return kinds;
}

function bookedUp(before: Booked | undefined): MovementKind | undefined {
  return before && isUp(before.kind) ? before.kind : undefined;
}

function isUp(kind: MovementKind): boolean {
  return kind === 'RECEIPT' || kind === 'RETURN' || kind === 'UNEXPLAINED' || kind === 'TRANSFER';
}

function differences(
  bin: { binId: string; itemId: string },
  steps: readonly Step[],
  kinds: readonly MovementKind[],
  booked: ReadonlyMap<string, Booked>,
  onHandBefore: number,
): NewMovement[] {
  const movements: NewMovement[] = [];
  const left = new Map(booked);
  for (const [index, step] of steps.entries()) {
    const before = left.get(keyText(step.observation));
    left.delete(keyText(step.observation));
    const change = step.change - (before?.change ?? 0);
    if (change === 0) continue;
    movements.push({
      ...keyOf(step.observation),
      ...bin,
      kind: kinds[index] ?? 'UNEXPLAINED',
      change,
      onHandAfter: step.state.onHand,
      revision: before ? before.revision + 1 : 0,
      evidence: evidenceOf(step, before),
    });
  }
  for (const [text, before] of left) {
    if (before.change === 0) continue;
    const key = parseKeyText(text);
    movements.push({
      ...key,
      ...bin,
      kind: before.kind,
      change: -before.change,
      onHandAfter: onHandAt(steps, key, onHandBefore),
      revision: before.revision + 1,
      evidence: { cause: 'corrected', because: 'a reading that came late shows that nothing changed here' },
    });
  }
  return movements;
}

function evidenceOf(step: Step, before: Booked | undefined): Record<string, unknown> {
  const { series, quantity, uncertainty } = step.observation;
  const because = before ? { because: 'a reading that came late shows this change in another light' } : { late: true };
  return { cause: step.cause, series, quantity, uncertainty, ...because };
}

function onHandAt(steps: readonly Step[], key: ObservationKey, before: number): number {
  let onHand = before;
  for (const step of steps) if (compareKeys(step.observation, key) <= 0) onHand = step.state.onHand;
  return onHand;
}

function keyOf(key: ObservationKey): ObservationKey {
  return { atMs: key.atMs, gatewayId: key.gatewayId, outboxId: key.outboxId, sequence: key.sequence };
}

function keyText(key: ObservationKey): string {
  return JSON.stringify([key.atMs, key.gatewayId, key.outboxId, key.sequence]);
}

function parseKeyText(text: string): ObservationKey {
  const [atMs, gatewayId, outboxId, sequence] = JSON.parse(text) as [number, string, string, number];
  return { atMs, gatewayId, outboxId, sequence };
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
  return rows;
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
