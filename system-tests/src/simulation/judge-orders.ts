import type { SimulatedSite } from './simulated-site.ts';
import { broke, type BrokenPromise } from './broken-promise.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Sensors that are silent for longer are in doubt (catalogueOf), and the evaluator may look that much later. */
const SEEN_WITHIN_MS = 121 * MINUTE_MS;

/** What a scale could not say at once it says later, as of then. */
const SEEN_LATE_MS = 61 * MINUTE_MS;

/** The end of a snooze is looked for at an interval. */
const SNOOZE_SEEN_WITHIN_MS = 61 * MINUTE_MS;

/** No order twice, none on doubt, none forgotten, and each arrived once at the supplier. */
export async function findWrongOrders(site: SimulatedSite): Promise<BrokenPromise[]> {
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
    broken.push(...findDoubt(site, order), ...findWrongQuantity(site, orders, order));
  }
  for (const { order } of received.values()) {
    if (!orders.some(({ orderId }) => orderId === order.orderId))
      broken.push(broke('double-order', `${order.orderNumber} is in no book`));
  }
  for (const { plan, pieces } of site.shelves) {
    if (site.people.snoozedUntilMs(plan.binId) + SNOOZE_SEEN_WITHIN_MS > site.time.nowMs) continue;
    const open = orders.some((order) => order.binId === plan.binId && order.closedAtMs === null);
    if (pieces <= plan.reorderPoint && !open)
      broken.push(broke('forgotten-order', `${plan.binId} holds ${pieces} and nothing is on order`));
  }
  return broken;
}

interface Proof {
  decidedAtMs: number;
  position: { onHand: number; observedAtMs?: number; inventoryPosition: number };
}

interface JudgedOrder {
  orderNumber: string;
  binId: string;
  createdAtMs: number;
  ordered: number;
  proof: unknown;
}

/** All that was ordered at once fills the shelf up to its policy, in whole packs, and with less than one pack too much. */
function findWrongQuantity(site: SimulatedSite, orders: readonly JudgedOrder[], order: JudgedOrder): BrokenPromise[] {
  const plan = site.shelves.find((shelf) => shelf.plan.binId === order.binId)?.plan;
  if (!plan) return [];
  const atOnce = orders.filter(({ binId, createdAtMs }) => binId === order.binId && createdAtMs === order.createdAtMs);
  const { inventoryPosition } = (order.proof as Proof).position;
  const { reorderPoint, orderUpTo, packQuantity } = plan;
  const filled = inventoryPosition + atOnce.reduce((sum, { ordered }) => sum + ordered, 0);
  const wrong = (sentence: string): BrokenPromise[] => [broke('wrong-quantity', `${order.orderNumber} ${sentence}`)];
  if (inventoryPosition > reorderPoint) return wrong(`at a position of ${inventoryPosition}, above ${reorderPoint}`);
  if (order.ordered % packQuantity !== 0) return wrong(`of ${order.ordered}, in packs of ${packQuantity}`);
  if (filled >= orderUpTo && filled < orderUpTo + packQuantity) return [];
  return wrong(`fills ${order.binId} to ${filled}, not to ${orderUpTo} in packs of ${packQuantity}`);
}

/** What an order rests on was true when it was seen, and had been seen lately. */
function findDoubt(site: SimulatedSite, order: JudgedOrder): BrokenPromise[] {
  const { decidedAtMs, position } = order.proof as Proof;
  const shelf = site.shelves.find(({ plan }) => plan.binId === order.binId);
  if (!shelf || position.observedAtMs === undefined)
    return [broke('doubtful-order', `${order.orderNumber} rests on nothing`)];
  const { observedAtMs } = position;
  const saidUntilMs = Math.max(observedAtMs + SEEN_LATE_MS, site.gateway.saidUntilMs(observedAtMs));
  const truth = shelf.piecesBetween(observedAtMs - SEEN_LATE_MS, saidUntilMs);
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
  const lastedMs = decidedAtMs - shelf.lowSinceBefore(decidedAtMs);
  if (lastedMs < shelf.plan.confirmSeconds * 1_000)
    doubt(`was decided when the shelf had been low for ${lastedMs / 1_000} s, not for ${shelf.plan.confirmSeconds}`);
  const word = site.reorder.heard.newestBefore(shelf.plan.deviceId, decidedAtMs);
  if (word && !word.isGood) doubt(`was decided although its scale had said ${word.quality}`);
  if (word && decidedAtMs - word.atMs > SEEN_WITHIN_MS)
    doubt(`was decided ${(decidedAtMs - word.atMs) / MINUTE_MS} minutes after the last word that was known`);
  return broken;
}
