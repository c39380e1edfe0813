import { REQUIRED_CONSUMERS, type Reading } from '@shelfwire/contract';
import { findViolations } from '@shelfwire/reorder-service/parts';

import type { SimulatedSite } from './simulated-site.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Sensors that are silent for longer are in doubt (catalogueOf), and the evaluator may look that much later. */
const SEEN_WITHIN_MS = 121 * MINUTE_MS;

/** What a scale could not say at once it says later, as of then. */
const SEEN_LATE_MS = 61 * MINUTE_MS;
/** While the gateway's clock was in the past, its readings count as of the last one before: so long ago at most. */
const CLOCK_WRONG_MS_MAX = 121 * MINUTE_MS;

export interface BrokenPromise {
  kind:
    | 'lost'
    | 'duplicate'
    | 'wrong-level'
    | 'double-order'
    | 'doubtful-order'
    | 'forgotten-order'
    | 'late-ledger'
    | 'late-order'
    | 'late-close'
    | 'late-confirmation'
    | 'endless-redelivery'
    | 'books'
    | 'counters';
  sentence: string;
}

/** Compares what the chain made of the days with what really happened. */
export async function findBrokenPromises(site: SimulatedSite): Promise<BrokenPromise[]> {
  const violations = await findViolations(site.database.db);
  return [
    ...site.lateness.broken,
    ...site.reorder.failures.map((failure) => broke('books', `reorder failed: ${failure}`)),
    ...violations.map(({ invariant, detail }) => broke('books', `${invariant}: ${detail}`)),
    ...findLostReadings(site),
    ...(await findWrongLevels(site)),
    ...(await findWrongOrders(site)),
    ...(await findWrongCounters(site)),
  ];
}

function broke(kind: BrokenPromise['kind'], sentence: string): BrokenPromise {
  return { kind, sentence };
}

/** No reading lost, none twice: what the devices were told is safe stands in the store once. */
function findLostReadings(site: SimulatedSite): BrokenPromise[] {
  const { counts } = site.gateway;
  const points = site.ingest.store.points.filter(({ measurement }) => measurement === 'reading');
  const stored = new Set(points.map(({ fields }) => keyOf(fields)));
  // A clock that was set back lives an hour twice: only the same sequence makes it the same reading.
  const copies = Map.groupBy(points, ({ fields }) => `${keyOf(fields)} #${fields['sequence']}`);
  const twice = [...copies].filter(([, same]) => same.length > 1);
  const missing = site.durable.filter((reading) => !stored.has(keyOf(reading)));
  const givenUp = counts.thinned + counts.unreadable;
  const broken = twice.map(([key, same]) => broke('duplicate', `stored ${same.length} times: ${key}`));
  const lose = (sentence: string): number => broken.push(broke('lost', sentence));
  if (counts.unreadable > 0) lose(`${counts.unreadable} readings on the gateway's disk cannot be read`);
  // What is given up is counted, and nothing else may be missing.
  for (const reading of missing.slice(givenUp)) lose(`never stored: ${keyOf(reading)}`);
  if (site.gateway.queuedReadings > 0) lose(`${site.gateway.queuedReadings} readings are still unconfirmed`);
  if (site.ingest.counts.quarantined > 0) lose(`${site.ingest.counts.quarantined} messages in quarantine`);
  return broken;
}

function keyOf(reading: Partial<Reading> | Readonly<Record<string, unknown>>): string {
  const { kind, deviceId, receivedAtMs, quality, netGrams } = reading as Record<string, unknown>;
  return [kind, deviceId, receivedAtMs, quality, netGrams].join(' ');
}

/** The ledger is the shelf. */
async function findWrongLevels(site: SimulatedSite): Promise<BrokenPromise[]> {
  const rows = await site.database.db.selectFrom('stock_level').select(['bin_id', 'on_hand']).execute();
  const levels = new Map(rows.map((row) => [row.bin_id, row.on_hand]));
  return site.shelves.flatMap(({ plan, pieces }) => {
    const level = levels.get(plan.binId);
    const sentence = `${plan.binId} holds ${pieces}, the ledger says ${level ?? 'nothing'}`;
    return level === pieces ? [] : [broke('wrong-level', sentence)];
  });
}

/** No order twice, none on doubt, none forgotten, and each arrived once at the supplier. */
async function findWrongOrders(site: SimulatedSite): Promise<BrokenPromise[]> {
  const { db } = site.database;
  const orders = await db
    .selectFrom('purchase_order as o')
    .innerJoin('purchase_order_line as l', 'l.order_id', 'o.order_id')
    .innerJoin('order_proof as p', 'p.order_id', 'o.order_id')
    .select(['o.order_id as orderId', 'o.order_number as orderNumber', 'o.status', 'o.created_at_ms as createdAtMs'])
    .select(['o.closed_at_ms as closedAtMs', 'o.due_at_ms as dueAtMs', 'o.sent_at_ms as sentAtMs'])
    .select(['l.bin_id as binId', 'l.ordered_quantity as ordered', 'p.proof'])
    .orderBy('o.created_at_ms')
    .execute();
  const received = new Map(site.supplier.book.orders.map((order) => [order.order.orderId, order]));
  const broken: BrokenPromise[] = [];
  for (const detail of site.supplier.conflicts) broken.push(broke('double-order', `the supplier: ${detail}`));
  for (const order of orders) {
    const openThen = orders.filter(
      (other) =>
        other.binId === order.binId &&
        other.createdAtMs < order.createdAtMs &&
        (other.closedAtMs ?? Infinity) > order.createdAtMs &&
        (other.dueAtMs ?? Infinity) + DAY_MS >= order.createdAtMs,
    );
    if (openThen.length > 0)
      broken.push(broke('double-order', `${order.orderNumber} although ${openThen[0]?.orderNumber} was open`));
    if (order.sentAtMs !== null && !received.has(order.orderId))
      broken.push(broke('forgotten-order', `${order.orderNumber} never arrived`));
    broken.push(...findDoubt(site, order));
  }
  for (const { order } of received.values()) {
    if (!orders.some(({ orderId }) => orderId === order.orderId))
      broken.push(broke('double-order', `${order.orderNumber} is in no book`));
  }
  for (const { plan, pieces } of site.shelves) {
    const open = orders.some((order) => order.binId === plan.binId && order.closedAtMs === null);
    if (pieces <= plan.reorderPoint && !open)
      broken.push(broke('forgotten-order', `${plan.binId} holds ${pieces} and nothing is on order`));
  }
  return broken;
}

interface Proof {
  decidedAtMs: number;
  position: { onHand: number; observedAtMs?: number };
}

/** What an order rests on was true when it was seen, and had been seen lately. */
function findDoubt(
  site: SimulatedSite,
  order: { orderNumber: string; binId: string; proof: unknown },
): BrokenPromise[] {
  const { decidedAtMs, position } = order.proof as Proof;
  const shelf = site.shelves.find(({ plan }) => plan.binId === order.binId);
  if (!shelf || position.observedAtMs === undefined)
    return [broke('doubtful-order', `${order.orderNumber} rests on nothing`)];
  const clockWasWrong = decidedAtMs - site.gateway.clockRightSinceMs < 2 * CLOCK_WRONG_MS_MAX;
  const truth = shelf.piecesAround(position.observedAtMs, clockWasWrong ? CLOCK_WRONG_MS_MAX : SEEN_LATE_MS);
  const broken: BrokenPromise[] = [];
  const doubt = (sentence: string): number =>
    broken.push(broke('doubtful-order', `${order.orderNumber} for ${order.binId} ${sentence}`));
  if (!truth.includes(position.onHand)) {
    doubt(`rests on ${position.onHand} pieces, there were ${truth.join(' or ')}`);
  }
  const lastSeenMs = shelf.lastSaidBefore(decidedAtMs);
  if (decidedAtMs - lastSeenMs > SEEN_WITHIN_MS) {
    doubt(`was decided ${(decidedAtMs - lastSeenMs) / MINUTE_MS} minutes after the last word`);
  }
  return broken;
}

/**
 * Received = stored + queued + set aside + given up, by what each process itself counted (design D13). A process that
 * died may have done more than it could still count, or counted what came again: so much is allowed and no more.
 */
async function findWrongCounters(site: SimulatedSite): Promise<BrokenPromise[]> {
  const { gateway, ingest, reorder } = site;
  const broken: BrokenPromise[] = [];
  const check = (what: string, counted: number, least: number, most: number): void => {
    if (counted >= least && counted <= most) return;
    broken.push(
      broke('counters', `${what}: ${counted} counted, ${least === most ? least : `${least} to ${most}`} came`),
    );
  };
  const appended = await gateway.counters.total('shelfwire_gateway_readings_appended_total');
  const dropped = await gateway.counters.total('shelfwire_gateway_readings_dropped_total');
  const died = gateway.counts.crashes > 0;
  check('gateway, readings appended', appended, died ? gateway.counts.appended : gateway.sequences, gateway.sequences);
  for (const consumer of REQUIRED_CONSUMERS) {
    const confirmed = await gateway.counters.total('shelfwire_gateway_readings_confirmed_total', { consumer });
    const least = gateway.sequences - gateway.queuedReadings - dropped;
    // A confirmation that was not written down before the power went is news once more.
    check(`gateway, readings confirmed by ${consumer}`, confirmed, least, died ? Infinity : least + dropped);
  }
  const { finished, unfinished } = ingest.counters;
  const kept =
    (await ingest.counters.total('shelfwire_ingest_readings_stored_total')) +
    (await ingest.counters.total('shelfwire_ingest_readings_quarantined_total'));
  check('ingest, readings stored or set aside', kept, finished, finished + unfinished);
  const applied = await reorder.counters.total('shelfwire_reorder_readings_applied_total');
  check(
    'reorder, readings applied',
    applied,
    reorder.counters.finished,
    reorder.counters.finished + reorder.counters.unfinished,
  );
  return broken;
}
