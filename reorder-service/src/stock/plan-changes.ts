import type { MovementKind } from '@shelfwire/contract';

import type { Tx } from '../database/with-tenant.ts';
import type { BookedReceipt } from '../orders/match-receipt.ts';
import { openLinesOf } from '../orders/open-lines.ts';
import { expectedMovesOf, Moving, type SeenMove } from './announced-moves.ts';
import { compareKeys, EMPTY_STATE, type Observation, type Step } from './bin-state.ts';
import { isCarried, isRise, Receiving, type Explaining } from './explain-steps.ts';
import { replayLate, type KnownFrom } from './late-readings.ts';
import { foldObservations, kindOfCause } from './ledger.ts';
import { disturbed, rewind } from './rewind.ts';
import { binOf, type BinMemory, type SiteAddress, type SiteMemory } from './site-memory.ts';
import type { BinChange } from './stock-events.ts';
import { statusOf } from './status.ts';
import type { Understood } from './understand-readings.ts';
import type { NewCheckpoint, NewLevel, NewMovement } from './write-ledger.ts';

/** What a batch does to the ledger, gathered before anything is written. */
export interface Plan {
  movements: NewMovement[];
  checkpoints: NewCheckpoint[];
  levels: NewLevel[];
  receipts: BookedReceipt[];
  moves: SeenMove[];
  /** Bins that this gateway may not have been noted for. */
  seenBy: { binId: string; gatewayId: string }[];
  changes: BinChange[];
  bins: Map<string, BinMemory>;
  /** Bins that an older reading came of than is known already. */
  lateBinIds: ReadonlySet<string>;
}

/** Folds what the readings say into the bins. Reads what explains it, writes nothing but what `rewind` takes away. */
export async function planChanges(
  tx: Tx,
  site: SiteAddress,
  memory: SiteMemory,
  understood: Understood,
): Promise<Plan> {
  const plan: Plan = {
    movements: [],
    checkpoints: [],
    levels: [],
    receipts: [],
    moves: [],
    seenBy: [],
    changes: [],
    bins: new Map(),
    lateBinIds: new Set(),
  };
  const byBin = Map.groupBy(understood.observations, (observation) => observation.binId);
  const inOrder: { binId: string; steps: Step[] }[] = [];
  const older: { binId: string; observations: Observation[] }[] = [];
  for (const [binId, observations] of byBin) {
    const bin = binOf(memory, binId);
    observations.sort(compareKeys);
    const first = observations[0];
    const last = observations.at(-1);
    if (!first || !last) continue;
    plan.bins.set(binId, { ...bin, lastAtMs: Math.max(bin.lastAtMs, last.atMs), gatewayId: last.gatewayId });
    if (bin.gatewayId !== last.gatewayId) plan.seenBy.push({ binId, gatewayId: last.gatewayId });
    if (first.atMs <= bin.lastAtMs) older.push({ binId, observations });
    else inOrder.push({ binId, steps: foldObservations(bin.state ?? EMPTY_STATE, observations) });
  }
  const late = await disturbed(tx, site, older);
  const lateIds = late.map((each) => each.binId);
  plan.lateBinIds = new Set(lateIds);
  const changed = [...lateIds, ...inOrder.filter(({ steps }) => steps.some(isCarried)).map((each) => each.binId)];
  const primaryOf = (binId: string): string => memory.catalogue.bins.get(binId)?.primaryBinId ?? binId;
  const risen = [...lateIds, ...inOrder.filter(({ steps }) => steps.some(isRise)).map((each) => each.binId)];
  const lines = await openLinesOf(tx, site, risen.map(primaryOf));
  const moving = new Moving(await expectedMovesOf(tx, site, changed));
  const explaining = { receiving: new Receiving(lines, plan.receipts, primaryOf), moving };
  for (const { binId, steps } of inOrder) planSteps(plan, memory, binId, steps, understood, explaining);
  const known = await rewind(tx, site, late);
  for (const { binId, observations } of late) {
    const from = known.get(binId);
    if (from) planLate(plan, memory, binId, observations, from, explaining);
  }
  plan.moves.push(...moving.seen);
  return plan;
}

/** Who is believed is the doubt gate's matter; nobody is told that a level moved. */
const SILENT: ReadonlySet<Step['cause']> = new Set(['doubted', 'trusted', 'witness']);

function planSteps(
  plan: Plan,
  memory: SiteMemory,
  binId: string,
  steps: readonly Step[],
  understood: Understood,
  { receiving, moving }: Explaining,
): void {
  const info = memory.catalogue.bins.get(binId);
  const bin = plan.bins.get(binId);
  const last = steps.at(-1);
  if (!info || !bin || !last) return;
  const overflowOnHand = overflowOf(memory, plan, binId);
  for (const step of steps) {
    const { observation, state, change } = step;
    const { atMs, gatewayId, outboxId, sequence } = observation;
    const key = { binId, atMs, gatewayId, outboxId, sequence };
    const moved = isCarried(step) ? moving.match(step, info.itemId) : undefined;
    const up = !moved && isRise(step) ? receiving.kindOfUp(step, info.itemId) : undefined;
    const kind = moved?.move.kind ?? up?.kind ?? kindOfCause(step.cause) ?? 'CONSUMPTION';
    plan.checkpoints.push({ ...key, kind, state });
    if (change !== 0 || !SILENT.has(step.cause))
      plan.changes.push({ ...info, kind, change, state, atMs, overflowOnHand, eventSequence: ++bin.eventSequence });
    if (change === 0) continue;
    const evidence = {
      cause: step.cause,
      reading: understood.readings.get(sequence),
      counted: understood.counts.get(sequence),
      moved: understood.moves.get(sequence),
      quantity: observation.quantity,
      uncertainty: observation.uncertainty,
      ...moveIdOf(moved?.move ?? understood.moves.get(sequence)),
      ...(up && up.booked.length > 0 ? { orders: up.booked.map((receipt) => receipt.line.orderNumber) } : {}),
    };
    plan.movements.push({
      ...key,
      itemId: info.itemId,
      kind,
      change,
      onHandAfter: state.onHand,
      revision: 0,
      evidence,
    });
  }
  bin.state = last.state;
  plan.levels.push(levelOf(info, bin, last.state, last.observation.atMs, overflowOnHand));
}

function moveIdOf(move: { moveId: string } | undefined): { moveId?: string } {
  return move ? { moveId: move.moveId } : {};
}

function planLate(
  plan: Plan,
  memory: SiteMemory,
  binId: string,
  observations: readonly Observation[],
  known: KnownFrom,
  { receiving, moving }: Explaining,
): void {
  const info = memory.catalogue.bins.get(binId);
  const bin = plan.bins.get(binId);
  if (!info || !bin) return;
  const kindOfStep = (step: Step): MovementKind =>
    moving.match(step, info.itemId)?.move.kind ??
    (isRise(step) ? receiving.kindOfLateUp(step, info.itemId) : 'CONSUMPTION');
  const late = replayLate({ binId, itemId: info.itemId }, observations, known, kindOfStep);
  plan.movements.push(...late.movements);
  plan.checkpoints.push(...late.checkpoints);
  const state = late.state;
  if (!state) return;
  const change = state.onHand - (bin.state?.onHand ?? 0);
  const kind = late.movements.at(-1)?.kind;
  if (change !== 0 && kind) {
    const told = { kind, change, state, atMs: late.observedAtMs, eventSequence: ++bin.eventSequence };
    plan.changes.push({ ...info, ...told, overflowOnHand: overflowOf(memory, plan, binId) });
  }
  bin.state = state;
  plan.levels.push(levelOf(info, bin, state, late.observedAtMs, overflowOf(memory, plan, binId)));
}

/** What the overflow bins of this primary bin hold: its limits are about all of them together. */
function overflowOf({ catalogue, bins }: SiteMemory, plan: Plan, binId: string): number {
  let sum = 0;
  for (const each of catalogue.overflowsOf.get(binId) ?? []) {
    sum += (plan.bins.get(each) ?? bins.get(each))?.state?.onHand ?? 0;
  }
  return sum;
}

function levelOf(
  info: { binId: string; itemId: string; limits: Parameters<typeof statusOf>[1] },
  bin: BinMemory,
  state: NonNullable<BinMemory['state']>,
  observedAtMs: number,
  overflowOnHand: number,
): NewLevel {
  const { binId, itemId, limits } = info;
  const status = statusOf(state.onHand + overflowOnHand, limits);
  return { binId, itemId, state, status, observedAtMs, eventSequence: bin.eventSequence };
}
