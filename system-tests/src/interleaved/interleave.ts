import { findViolations } from '@shelfwire/reorder-service/parts';

import { PEOPLE } from '../simulation/approval-plan.ts';
import { broke, type BrokenPromise } from '../simulation/broken-promise.ts';
import { findUnapproved } from '../simulation/judge-approvals.ts';
import { shuffled, TwoReplicas, type SharedDatabase } from './replicas.ts';

const MINUTE_MS = 60_000;
/** Longer than any policy wants a low to last. */
const CONFIRMED_AFTER_MS = 6 * MINUTE_MS;
const HOUR_MS = 60 * MINUTE_MS;

export interface Interleaving {
  seed: number;
  statements: number;
  /** How many statements waited for what another one had locked. */
  waits: number;
  orders: number;
  broken: readonly BrokenPromise[];
}

type Work = () => Promise<unknown>;

/**
 * A day of a small site that two replicas live through at the same time: both are brought the same batches, decide about
 * the same shelves, are asked to approve the same orders, send from the same outbox and hear the same answers. The seed
 * chooses whose statement is next. No replica fails, so whatever happens twice is a mistake.
 */
export async function interleave(database: SharedDatabase, seed: number): Promise<Interleaving> {
  const site = await TwoReplicas.open(database, seed);
  try {
    await runLow(site);
    await site.together(deciding(site));
    const broken = await findDoubled(site, 'when it was decided');
    for (let turn = 0; turn < 2; turn += 1) {
      site.time.nowMs += MINUTE_MS;
      await site.together([...(await approving(site)), ...deciding(site), ...sending(site)]);
    }
    await calmDown(site);
    broken.push(...(await findDoubled(site, 'when it was sent')), ...(await findForgotten(site)));
    site.time.nowMs += HOUR_MS;
    await site.together([...(await answering(site)), ...sending(site), ...deciding(site)]);
    const came = await fillUp(site);
    broken.push(...(await findDoubled(site, 'when the goods had come')), ...(await judgeAll(site, came)));
    const { statements, waits } = site.turnstile;
    return { seed, statements, waits, orders: (await ordersOf(site)).length, broken };
  } finally {
    await site.close();
  }
}

/** Full shelves, and then some of them low: the second batch is brought to both, since a confirmation was lost. */
async function runLow(site: TwoReplicas): Promise<void> {
  const full = site.shows(site.shelves.map(({ plan }) => plan.orderUpTo));
  await site.together([() => full('a')]);
  await site.together([() => site.sweeps(site.any)]);
  site.time.nowMs += MINUTE_MS;
  const low = site.shows(
    site.shelves.map(({ plan }) => (site.random.next() < 0.8 ? plan.reorderPoint - 1 : plan.orderUpTo)),
  );
  await site.together([() => low('a'), () => low('b'), ...both(site, (name) => site.decides(name))]);
  site.time.nowMs += CONFIRMED_AFTER_MS;
}

function deciding(site: TwoReplicas): Work[] {
  return [...both(site, (name) => site.decides(name)), () => site.sweeps(site.any)];
}

function sending(site: TwoReplicas): Work[] {
  return both(site, (name) => site.sends(name));
}

/** Somebody presses at one replica, somebody or the same person at the other. */
async function approving(site: TwoReplicas): Promise<Work[]> {
  const waiting = (await ordersOf(site)).filter(({ status }) => status === 'PENDING_APPROVAL');
  return waiting.flatMap((order) =>
    ['a', 'b'].map((name) => {
      const by = PEOPLE[Math.floor(site.random.next() * PEOPLE.length)] ?? PEOPLE[0];
      const what = by?.role !== 'operator' && site.random.next() < 0.15 ? ('decline' as const) : ('approve' as const);
      return () => (by ? site.acts(name, { what, by, ...order }) : Promise.resolve());
    }),
  );
}

/** The supplier says yes, and says it again since nobody answered. */
async function answering(site: TwoReplicas): Promise<Work[]> {
  const sent = (await ordersOf(site)).filter(({ status }) => status === 'SENT');
  return sent.flatMap((order) => both(site, (name) => site.answers(name, order)));
}

/** Once more, one after the other: what was touched and what is due by now is decided, and what may go goes. */
async function calmDown(site: TwoReplicas): Promise<void> {
  for (const name of ['a', 'b', 'a']) {
    await site.together([() => site.sweeps(name)]);
    await site.together([() => site.sends(name)]);
    site.time.nowMs += CONFIRMED_AFTER_MS;
  }
}

/** The goods of what was sent, shown to both; what was not sent stays low. @returns the orders whose goods have come */
async function fillUp(site: TwoReplicas): Promise<ReadonlySet<string>> {
  site.time.nowMs += 24 * HOUR_MS;
  const coming = (await ordersOf(site)).filter(({ status, orderId }) => {
    return status !== 'CANCELLED' && site.supplier.arrivedAtMs.has(orderId);
  });
  const levels = await site.database.db.selectFrom('stock_level').select(['bin_id', 'on_hand']).execute();
  const goods = site.shows(
    site.shelves.map(({ plan }) => {
      const onHand = levels.find((level) => level.bin_id === plan.binId)?.on_hand ?? 0;
      return coming.filter(({ binId }) => binId === plan.binId).reduce((sum, each) => sum + each.ordered, onHand);
    }),
  );
  await site.together([() => goods('a'), () => goods('b'), ...deciding(site)]);
  await calmDown(site);
  return new Set(coming.map(({ orderId }) => orderId));
}

function both(site: TwoReplicas, work: (name: string) => Promise<unknown>): Work[] {
  return shuffled(['a', 'b'], site.random).map((name) => () => work(name));
}

/** One open order for a shelf at most, one message of it, one call of the supplier. */
async function findDoubled(site: TwoReplicas, when: string): Promise<BrokenPromise[]> {
  const orders = await ordersOf(site);
  const broken: BrokenPromise[] = [];
  const doubled = (sentence: string): number => broken.push(broke('double-order', `${sentence}, ${when}`));
  const open = orders.filter(({ closedAtMs }) => closedAtMs === null);
  for (const [binId, same] of Map.groupBy(open, (order) => order.binId))
    if (same.length > 1) doubled(`${binId} has ${same.length} open orders`);
  const messages = await site.database.db
    .selectFrom('message_outbox')
    .select('order_id')
    .where('channel', '=', 'supplier')
    .where('kind', '=', 'order')
    .execute();
  for (const { orderId, orderNumber } of orders) {
    const told = messages.filter((message) => message.order_id === orderId).length;
    const posts = site.supplier.posts.filter((posted) => posted === orderId).length;
    if (told > 1) doubled(`${orderNumber} is ${told} times in the outbox`);
    if (posts > 1) doubled(`${orderNumber} was posted ${posts} times`);
  }
  return broken;
}

/** Each low shelf is on order, and what may go has gone. */
async function findForgotten(site: TwoReplicas): Promise<BrokenPromise[]> {
  const orders = await ordersOf(site);
  const levels = await site.database.db.selectFrom('stock_level').select(['bin_id', 'on_hand']).execute();
  const broken: BrokenPromise[] = [];
  for (const { plan } of site.shelves) {
    const onHand = levels.find((level) => level.bin_id === plan.binId)?.on_hand ?? 0;
    const isOpen = orders.some(({ binId, closedAtMs }) => binId === plan.binId && closedAtMs === null);
    if (onHand <= plan.reorderPoint && !isOpen)
      broken.push(broke('forgotten-order', `${plan.binId} holds ${onHand} and nothing is on order`));
  }
  for (const { orderNumber, orderId, status } of orders) {
    if (status !== 'CANCELLED' && status !== 'PENDING_APPROVAL' && !site.supplier.arrivedAtMs.has(orderId))
      broken.push(broke('forgotten-order', `${orderNumber} is ${status} and has not gone out`));
  }
  return broken;
}

async function judgeAll(site: TwoReplicas, came: ReadonlySet<string>): Promise<BrokenPromise[]> {
  const violations = await findViolations(site.database.db);
  const orders = await ordersOf(site);
  return [
    ...site.failures.map((failure) => broke('books', `it failed: ${failure}`)),
    ...violations.map(({ invariant, detail }) => broke('books', `${invariant}: ${detail}`)),
    ...(await findUnapproved(site)),
    ...orders
      .filter(({ orderId, closedAtMs }) => came.has(orderId) && closedAtMs === null)
      .map(({ orderNumber, status }) => broke('late-close', `${orderNumber} is ${status}, and its goods have come`)),
  ];
}

async function ordersOf({ database }: TwoReplicas) {
  const rows = await database.db
    .selectFrom('purchase_order as o')
    .innerJoin('purchase_order_line as l', 'l.order_id', 'o.order_id')
    .select(['o.order_id as orderId', 'o.order_number as orderNumber', 'o.status', 'o.closed_at_ms as closedAtMs'])
    .select(['l.bin_id as binId', 'l.ordered_quantity as ordered', 'l.stock_units_per_order_unit as packQuantity'])
    .orderBy('o.order_number')
    .execute();
  return rows.map((row) => ({ ...row, units: row.ordered / row.packQuantity }));
}
