import { formatTopic, type MovementKind } from '@shelfwire/contract';

import type { Tx } from '../database/with-tenant.ts';
import { enqueueEvents } from '../events/event-outbox.ts';
import { bookReceipts } from '../orders/book-receipts.ts';
import { matchReceipt, type BookedReceipt } from '../orders/match-receipt.ts';
import { openLinesOf, type OpenLine } from '../orders/open-lines.ts';
import { expectedMovesOf, Moving, writeSeenMoves, type SeenMove } from './announced-moves.ts';
import { replayLate, type KnownFrom } from './late-readings.ts';
import { compareKeys, EMPTY_STATE, type Observation, type Step } from './bin-state.ts';
import { foldObservations, kindOfCause } from './ledger.ts';
import { rewind } from './rewind.ts';
import { changedSensors } from './sensors-seen.ts';
import { binOf, lockSite, type BinMemory, type SiteAddress, type SiteMemory } from './site-memory.ts';
import { stockEvents, type BinChange } from './stock-events.ts';
import { statusOf } from './status.ts';
import { unseenReadings } from './unseen-readings.ts';
import { understandReadings, type Parked, type SequencedReading, type Understood } from './understand-readings.ts';
import {
  writeCheckpoints,
  writeEachSensor,
  writeGateways,
  writeLevels,
  writeMovements,
  writeParked,
  writeRuns,
  writeSensors,
  type NewCheckpoint,
  type NewLevel,
  type NewMovement,
} from './write-ledger.ts';

/** A part of a batch, in the order of the sequences, without gaps. */
export interface IncomingReadings {
  gatewayId: string;
  outboxId: string;
  readings: readonly SequencedReading[];
}

export interface Applied {
  /** What the replica may remember once the transaction is committed; forget everything if it is not. */
  memory: SiteMemory | undefined;
  /** To be put into that memory then. */
  bins: ReadonlyMap<string, BinMemory>;
  repeated: number;
  counts: { changed: number; unchanged: number; doubtful: number; ignored: number; parked: number };
  movements: readonly NewMovement[];
  parked: readonly Parked[];
  eventCount: number;
  /** Bins whose level or sensor quality changed: to be decided about. */
  touchedBinIds: readonly string[];
}

/** What a batch does to the ledger, gathered before anything is written. */
interface Plan {
  movements: NewMovement[];
  checkpoints: NewCheckpoint[];
  levels: NewLevel[];
  receipts: BookedReceipt[];
  moves: SeenMove[];
  /** Bins that this gateway may not have been noted for. */
  seenBy: { binId: string; gatewayId: string }[];
  changes: BinChange[];
  bins: Map<string, BinMemory>;
}

/**
 * Applies readings to the ledger of one site, inside the caller's transaction. Each reading counts once, whenever and
 * however often it comes (README.md). A reading that changes nothing costs no row: one row of `applied_run`
 * remembers the whole batch.
 */
export async function applyReadings(
  tx: Tx,
  site: SiteAddress,
  incoming: IncomingReadings,
  context: { nowMs: number; remembered: SiteMemory | undefined },
): Promise<Applied> {
  const { nowMs } = context;
  const locked = await lockSite(tx, site, context.remembered);
  if (!locked) return parkAll(tx, site, incoming, nowMs);
  const { memory, version } = locked;
  const unseen = await unseenReadings(tx, site.tenantId, incoming);
  const understood = understandReadings(unseen.readings, incoming, memory.catalogue, nowMs);
  const plan = await planChanges(tx, site, memory, understood);
  const sensors = changedSensors(memory, plan.bins, understood);

  await writeRuns(tx, site, unseen.runs(incoming, understood.observations), version, nowMs);
  await writeGateways(tx, site, plan.seenBy);
  await writeMovements(tx, site, plan.movements, nowMs);
  await writeCheckpoints(tx, site, plan.checkpoints);
  await writeLevels(tx, site, plan.levels, version);
  await writeSensors(tx, site, sensors.bins);
  await writeEachSensor(tx, site, sensors.each);
  await writeParked(tx, site, incoming, understood.parked, nowMs);
  await writeSeenMoves(tx, site, plan.moves, nowMs);
  await bookReceipts(tx, site.tenantId, plan.receipts, nowMs);
  const onOrder = await openLinesOf(
    tx,
    site,
    plan.changes.map((change) => change.binId),
  );

  const events = stockEvents(plan.changes, onOrder);
  await enqueueEvents(tx, site, formatTopic({ channel: 'stock', ...site }), events, nowMs);

  // Of what came now: a late reading also moves what came after it, and may make several movements.
  const heard = new Set([understood.readings, understood.counts, understood.moves].flatMap((each) => [...each.keys()]));
  const moved = plan.movements.filter(
    ({ outboxId, sequence }) => outboxId === incoming.outboxId && heard.has(sequence),
  );
  const changed = new Set(moved.map(({ sequence }) => sequence)).size;
  return {
    memory: { ...memory, ledgerVersion: version },
    bins: plan.bins,
    repeated: incoming.readings.length - unseen.readings.length,
    counts: {
      changed,
      unchanged: heard.size - changed,
      doubtful: understood.doubtful,
      ignored: understood.ignored,
      parked: understood.parked.length,
    },
    movements: plan.movements,
    parked: understood.parked,
    eventCount: events.length,
    touchedBinIds: [...new Set([...plan.levels, ...sensors.bins].map((touched) => touched.binId))],
  };
}

async function planChanges(tx: Tx, site: SiteAddress, memory: SiteMemory, understood: Understood): Promise<Plan> {
  const plan: Plan = {
    movements: [],
    checkpoints: [],
    levels: [],
    receipts: [],
    moves: [],
    seenBy: [],
    changes: [],
    bins: new Map(),
  };
  const byBin = Map.groupBy(understood.observations, (observation) => observation.binId);
  const inOrder: { binId: string; steps: Step[] }[] = [];
  const late: { binId: string; observations: Observation[] }[] = [];
  for (const [binId, observations] of byBin) {
    const bin = binOf(memory, binId);
    observations.sort(compareKeys);
    const first = observations[0];
    const last = observations.at(-1);
    if (!first || !last) continue;
    plan.bins.set(binId, { ...bin, lastAtMs: Math.max(bin.lastAtMs, last.atMs), gatewayId: last.gatewayId });
    if (bin.gatewayId !== last.gatewayId) plan.seenBy.push({ binId, gatewayId: last.gatewayId });
    if (first.atMs <= bin.lastAtMs) late.push({ binId, observations });
    else inOrder.push({ binId, steps: foldObservations(bin.state ?? EMPTY_STATE, observations) });
  }
  const lateIds = late.map((each) => each.binId);
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

/** Goods came or went, as far as observations tell. */
function isCarried({ cause }: Step): boolean {
  return cause === 'down' || cause === 'up' || cause === 'back';
}

function isRise({ cause }: Step): boolean {
  return cause === 'up' || cause === 'back';
}

/** What explains that goods came or went. */
interface Explaining {
  receiving: Receiving;
  moving: Moving;
}

/** Matches steps up with open lines, each line's goods only once within a batch. */
class Receiving {
  constructor(
    private readonly openLines: OpenLine[],
    private readonly receipts: BookedReceipt[],
    /** Orders are placed for the primary bin of a pool; their goods may come into any of its bins. */
    private readonly primaryOf: (binId: string) => string,
  ) {}

  kindOfUp(step: Step, itemId: string): { kind: MovementKind; booked: readonly BookedReceipt[] } {
    return this.#match(step, itemId, this.openLines);
  }

  /** Goods of an outage's backlog may have come before the order was sent, and be received by hand long ago. */
  kindOfLateUp(step: Step, itemId: string): MovementKind {
    const sentBefore = this.openLines.filter((line) => (line.sentAtMs ?? 0) <= step.observation.atMs);
    return this.#match(step, itemId, sentBefore).kind;
  }

  #match(step: Step, itemId: string, openLines: readonly OpenLine[]) {
    const { uncertainty } = step.observation;
    const binId = this.primaryOf(step.observation.binId);
    const putBack = step.cause === 'back';
    const booked = matchReceipt({ binId, itemId, quantity: step.change, uncertainty, putBack }, openLines);
    for (const receipt of booked) {
      const at = this.openLines.indexOf(receipt.line);
      this.openLines[at] = { ...receipt.line, receivedQuantity: receipt.line.receivedQuantity + receipt.quantity };
      this.receipts.push(receipt);
    }
    const kind: MovementKind = booked.length > 0 ? 'RECEIPT' : putBack ? 'RETURN' : 'UNEXPLAINED';
    return { kind, booked };
  }
}

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

async function parkAll(tx: Tx, site: SiteAddress, incoming: IncomingReadings, nowMs: number): Promise<Applied> {
  const parked = incoming.readings.map(({ sequence, reading, raw }): Parked => ({
    sequence,
    deviceId: reading?.deviceId ?? null,
    reason: 'unknown-site',
    detail: `no site ${site.siteId}`,
    raw,
  }));
  await writeParked(tx, site, incoming, parked, nowMs);
  return {
    memory: undefined,
    bins: new Map(),
    repeated: 0,
    counts: { changed: 0, unchanged: 0, doubtful: 0, ignored: 0, parked: parked.length },
    movements: [],
    parked,
    eventCount: 0,
    touchedBinIds: [],
  };
}
