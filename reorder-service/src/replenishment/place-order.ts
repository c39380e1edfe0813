import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import type { Order } from '../orders/order.ts';
import { enqueueOrders } from '../suppliers/order-outbox.ts';
import type { OrderDecision } from './decide.ts';
import { gather } from './gather.ts';
import type { Situation } from './load-inputs.ts';
import type { Need } from './need.ts';
import { draftsOf, writeDrafts, type Draft } from './order-draft.ts';
import { submitOrder, submitted } from './submit-order.ts';

type Wanted = readonly [Situation, OrderDecision];

/** It can wait for others, and goes into the order that gathers for its supplier's truck. */
export function gathers(situation: Situation, { offer, urgent, units }: OrderDecision): boolean {
  return urgent === null && units.length === 1 && situation.truckOf(offer.supplierId) !== undefined;
}

/**
 * Opens the episodes and writes the orders of these decisions with their proofs, in the caller's transaction, which holds
 * the locks of the items and locations. The unique index of open episodes stands behind the locks (design D9).
 * @param wanted one that gathers for a truck comes alone
 * @returns the orders written; none for an episode that had been opened by somebody else
 */
export async function placeOrders(
  tx: Tx,
  site: Need['site'],
  wanted: readonly Wanted[],
  nowMs: number,
): Promise<Order[]> {
  const needs = await needsOf(tx, site, wanted, nowMs);
  const [first] = needs;
  if (!first) return [];
  const truck = needs.length === 1 && gathers(first.situation, first.decision) ? truckOf(first) : undefined;
  const [units] = first.decision.units;
  if (truck && units !== undefined) return [await gather(tx, first, { units, truck }, nowMs)];

  const { drafts, nobodyObjects } = await draftsOf(tx, site, needs, becauseOf, nowMs);
  if (nobodyObjects) {
    const orders = await writeDrafts(
      tx,
      drafts.map((draft) => submittedDraft(draft, nowMs)),
      nowMs,
    );
    const approved = orders.filter(({ status }) => status === 'APPROVED');
    await enqueueOrders(tx, approved, nowMs);
    return orders;
  }
  // What rules and budgets say of an order depends on those before it, and on all that is ordered for the same need.
  const orders: Order[] = [];
  for (const [need, ofNeed] of Map.groupBy(drafts, (draft) => draft.need)) {
    const autoApprove = need.situation.input.policy?.autoApprove ?? true;
    for (const order of await writeDrafts(tx, ofNeed, nowMs))
      orders.push(await submitOrder(tx, order, autoApprove, nowMs));
  }
  return orders;
}

function submittedDraft(draft: Draft, nowMs: number): Draft {
  const { order, entry } = submitted(draft.order, draft.autoApprove, {}, nowMs);
  return { ...draft, order, entries: [...draft.entries, entry] };
}

function becauseOf({ decision }: Need): string {
  return decision.because;
}

function truckOf({ situation, decision }: Need) {
  return situation.truckOf(decision.offer.supplierId);
}

/** Each with its open episode. */
async function needsOf(tx: Tx, site: Need['site'], wanted: readonly Wanted[], nowMs: number): Promise<Need[]> {
  const isNew = wanted.filter(([situation]) => situation.episodeId === undefined);
  const opened = await openEpisodes(tx, site, isNew, nowMs);
  return wanted.flatMap(([situation, decision]) => {
    const episodeId = situation.episodeId ?? opened.get(situation.binId);
    return episodeId === undefined ? [] : [{ site, situation, decision, episodeId }];
  });
}

/** @returns their ids by bin */
async function openEpisodes(
  tx: Tx,
  site: Need['site'],
  wanted: readonly Wanted[],
  nowMs: number,
): Promise<ReadonlyMap<string, string>> {
  if (wanted.length === 0) return new Map();
  const { rows } = await sql<{ bin_id: string; episode_id: string }>`
    insert into episode (tenant_id, site_id, opened_at_ms, bin_id, item_id, opened_because, low_reading_received_at_ms)
    select ${site.tenantId}, ${site.siteId}, ${nowMs}::bigint, t.*
    from unnest(${wanted.map(([{ binId }]) => binId)}::text[], ${wanted.map(([{ itemId }]) => itemId)}::text[],
                ${wanted.map(([, { because }]) => because)}::text[],
                ${wanted.map(([, { lowSinceMs }]) => lowSinceMs)}::bigint[]) as t
    on conflict do nothing
    returning bin_id, episode_id`.execute(tx);
  return new Map(rows.map((row) => [row.bin_id, row.episode_id]));
}
