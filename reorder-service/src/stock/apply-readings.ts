import { formatTopic } from '@shelfwire/contract';

import type { Tx } from '../database/with-tenant.ts';
import { enqueueEvents } from '../events/event-outbox.ts';
import { bookReceipts } from '../orders/book-receipts.ts';
import { openLinesOf } from '../orders/open-lines.ts';
import { writeSeenMoves } from './announced-moves.ts';
import { openDemandOf } from './open-demand.ts';
import { planChanges } from './plan-changes.ts';
import { changedSensors, noteMoved } from './sensors-seen.ts';
import { lockSite, type BinMemory, type SiteAddress, type SiteMemory } from './site-memory.ts';
import { isLow } from './status.ts';
import { stockEvents } from './stock-events.ts';
import { tellCaptured } from './tell-captured.ts';
import { unseenReadings } from './unseen-readings.ts';
import { understandReadings, type Parked, type SequencedReading } from './understand-readings.ts';
import {
  writeCheckpoints,
  writeEachSensor,
  writeGateways,
  writeLevels,
  writeMovements,
  writeParked,
  writeRuns,
  writeSensors,
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
  /** Of these, the ones that something was told late of: old news, for which no live one is to wait. */
  lateBinIds: ReadonlySet<string>;
  /** Of these, the ones that are low now: an order may hang on the decision. */
  lowBinIds: ReadonlySet<string>;
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
  const moved = plan.levels.map(({ binId }) => binId);
  noteMoved(sensors, memory, plan.bins, moved);

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
  const changedBinIds = plan.changes.map((change) => change.binId);
  const onOrder = await openLinesOf(tx, site, changedBinIds);
  const openDemand = await openDemandOf(tx, site, changedBinIds, nowMs);

  const events = stockEvents(plan.changes, onOrder, openDemand);
  await enqueueEvents(tx, site, formatTopic({ channel: 'stock', ...site }), events, nowMs);

  await tellCaptured(tx, site, understood, nowMs);
  // Of what came now: a late reading also moves what came after it, and may make several movements.
  const heard = new Set([understood.readings, understood.counts, understood.moves].flatMap((each) => [...each.keys()]));
  const movedNow = plan.movements.filter(
    ({ outboxId, sequence }) => outboxId === incoming.outboxId && heard.has(sequence),
  );
  const changed = new Set(movedNow.map(({ sequence }) => sequence)).size;
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
    lateBinIds: plan.lateBinIds,
    lowBinIds: new Set(plan.levels.filter(({ status }) => isLow(status)).map(({ binId }) => binId)),
  };
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
    lateBinIds: new Set(),
    lowBinIds: new Set(),
  };
}
