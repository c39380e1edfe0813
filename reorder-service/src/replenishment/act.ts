import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import type { Order } from '../orders/order.ts';
import { openCountingTasks } from '../stock/counting-tasks.ts';
import { poolsOf } from '../stock/pools.ts';
import { decide, type Decision, type OrderDecision } from './decide.ts';
import { loadSituations, type Situation } from './load-inputs.ts';
import { gathers, placeOrders } from './place-order.ts';
import { changesAnything, dueOf, remember } from './remember.ts';

interface Site {
  tenantId: string;
  siteId: string;
}

export interface Acted {
  decisions: readonly { binId: string; decision: Decision['kind'] }[];
  orders: readonly Order[];
  /** Not done: their orders gather for trucks, whose locks nobody takes while holding those of other bins. */
  alone: readonly string[];
  /** Not done, where orders are to be left. */
  ordersLeft: readonly string[];
  /** When the first of these bins is to be decided about again, by time alone. */
  dueAtMs: number;
}

/**
 * Decides about these bins under their locks, and does all that was decided: a few statements, however many bins. The locks
 * are taken in one order by everybody, so that two who want the same bins wait for each other in turn.
 * An overflow bin stands for its primary bin.
 */
export async function act(
  tx: Tx,
  site: Site,
  binIds: readonly string[],
  { nowMs, leavesOrders = false }: { nowMs: number; leavesOrders?: boolean },
): Promise<Acted> {
  const pools = await poolsOf(tx, site, binIds);
  await lock(tx, site, pools.primaries);
  const situations = await loadSituations(tx, site, binIds, nowMs, pools);
  const decisions: { binId: string; decision: Decision['kind'] }[] = [];
  const ordered: [Situation, OrderDecision][] = [];
  const changed: [Situation, Decision][] = [];
  const counts: { binId: string; reason: string }[] = [];
  const alone: string[] = [];
  const ordersLeft: string[] = [];
  let dueAtMs = Number.POSITIVE_INFINITY;
  for (const situation of situations) {
    const { binId, doubtedBinId } = situation;
    const decision = decide(situation.input);
    if (decision.kind === 'ORDER' && leavesOrders) {
      ordersLeft.push(binId);
      continue;
    }
    if (decision.kind === 'ORDER' && situations.length > 1 && gathers(situation, decision)) {
      alone.push(binId);
      continue;
    }
    decisions.push({ binId, decision: decision.kind });
    dueAtMs = Math.min(dueAtMs, dueOf(situation, decision));
    if (decision.kind === 'ORDER') ordered.push([situation, decision]);
    else if (changesAnything(situation, decision)) changed.push([situation, decision]);
    if (decision.kind === 'HELD' && decision.count) counts.push({ binId: doubtedBinId, reason: decision.because });
  }
  const orders = await placeOrders(tx, site, ordered, nowMs);
  await remember(tx, site, [...changed, ...ordered], nowMs);
  await openCountingTasks(tx, site, counts, nowMs);
  return { decisions, orders, alone, ordersLeft, dueAtMs };
}

async function lock(tx: Tx, site: Site, binIds: readonly string[]): Promise<void> {
  await sql`
    select from item_location
    where tenant_id = ${site.tenantId} and site_id = ${site.siteId} and bin_id = any(${[...binIds]}::text[])
    order by bin_id for update`.execute(tx);
}
