import type { Tx } from '../database/with-tenant.ts';
import type { Order } from '../orders/order.ts';
import type { OrderDecision } from './decide.ts';
import { gather } from './gather.ts';
import type { Situation } from './load-inputs.ts';
import { startOrder, type Need } from './order-draft.ts';
import { submitOrder } from './submit-order.ts';

/**
 * Opens the episode and writes the orders of a decision with their proof, in the caller's transaction, which holds the
 * lock of the item and location. The unique index of open episodes stands behind the lock (design D9). A need that can
 * wait goes into the order that gathers for its supplier's truck.
 * @returns the orders written; none if the episode had been opened by somebody else
 */
export async function placeOrders(
  tx: Tx,
  site: Need['site'],
  situation: Situation,
  decision: OrderDecision,
  nowMs: number,
): Promise<Order[]> {
  const episodeId = situation.episodeId ?? (await openEpisode(tx, site, situation, decision, nowMs));
  if (episodeId === undefined) return [];
  const need: Need = { site, situation, decision, episodeId };
  const [units, ...further] = decision.units;
  const truck = situation.truckOf(decision.offer.supplierId);
  if (truck && decision.urgent === null && units !== undefined && further.length === 0) {
    return [await gather(tx, need, { units, truck }, nowMs)];
  }
  const drafts: Order[] = [];
  for (const each of decision.units) drafts.push(await startOrder(tx, need, each, decision.because, nowMs));
  // Only when all are there: the approval rules look at what is ordered together, not at each part of it.
  const autoApprove = situation.input.policy?.autoApprove ?? true;
  const orders: Order[] = [];
  for (const draft of drafts) orders.push(await submitOrder(tx, draft, autoApprove, nowMs));
  return orders;
}

async function openEpisode(
  tx: Tx,
  site: Need['site'],
  situation: Situation,
  decision: OrderDecision,
  nowMs: number,
): Promise<string | undefined> {
  const opened = await tx
    .insertInto('episode')
    .values({
      tenant_id: site.tenantId,
      site_id: site.siteId,
      bin_id: situation.binId,
      item_id: situation.itemId,
      opened_at_ms: nowMs,
      opened_because: decision.because,
      low_reading_received_at_ms: decision.lowSinceMs,
    })
    .onConflict((oc) => oc.doNothing())
    .returning('episode_id')
    .executeTakeFirst();
  return opened?.episode_id;
}
