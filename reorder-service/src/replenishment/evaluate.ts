import { setImmediate } from 'node:timers/promises';

import { sql } from 'kysely';

import type { Db } from '../database/open-database.ts';
import { withTenant, type Plans } from '../database/with-tenant.ts';
import type { Urgency } from '../events/touched-bins.ts';
import type { Order } from '../orders/order.ts';
import { act, type Acted } from './act.ts';
import { decide, type Decision } from './decide.ts';
import { loadSituations } from './load-inputs.ts';
import { gathers } from './place-order.ts';
import { changesAnything, dueOf } from './remember.ts';

interface Site {
  tenantId: string;
  siteId: string;
}

export interface Evaluation {
  decisions: readonly { binId: string; decision: Decision['kind'] }[];
  orders: readonly Order[];
  failures: readonly { binId: string; error: unknown }[];
  /** When the first of these bins is to be decided about again, by time alone. */
  dueAtMs: number | undefined;
}

/**
 * Orders of one transaction. It holds the tenant's order numbers and, on PGlite, the whole process; more of them at once
 * cost hardly less each.
 */
const ORDERS_AT_ONCE = 50;
/** Of so few bins the plan of any is as good as their own, and need not be made. */
const FEW_BINS = 100;

/**
 * Decides about these bins and does what was decided. May run anywhere, any number of times, at the same time: what
 * would change something is decided again under the lock of the item and location, many at once. One bin that fails does
 * not stop the others: its group is then taken one by one. Those that are sure to change are looked at under their locks
 * only.
 * @param urgency `first`: each of them may have to be ordered for
 */
export async function evaluate(
  db: Db,
  site: Site,
  binIds: readonly string[],
  nowMs: number,
  urgency: Urgency = 'now',
): Promise<Evaluation> {
  const acting = new Acting(db, site, nowMs);
  if (urgency === 'first') {
    await acting.inGroups(binIds);
    return acting.evaluation();
  }
  const unsettled = binIds.length > FEW_BINS ? await unsettledOf(db, site, binIds) : [];
  const done = new Set((await acting.atOnce(unsettled)) ? unsettled : []);
  const rest = binIds.filter((binId) => !done.has(binId));
  const { ordered, alone, remembered } = await lookAt(acting, rest);
  ordered.unshift(...acting.ordersLeft);
  // What a person or a truck waits for first: an order; then what is only written down.
  await acting.inGroups(ordered);
  if (remembered.length > 0) await acting.together(remembered);
  acting.alone.unshift(...alone);
  return acting.evaluation();
}

/** Bins that nothing was decided about, or that are held and were touched: hardly one of them stays as it is. */
async function unsettledOf(db: Db, site: Site, binIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ bin_id: string }>`
    select il.bin_id from item_location il
    where il.tenant_id = ${site.tenantId} and il.site_id = ${site.siteId} and il.bin_id = any(${[...binIds]}::text[])
      and (il.decision is null or il.decision = 'HELD')`.execute(db);
  return rows.map((row) => row.bin_id);
}

/** Decides without a lock: most bins stay as they are, and cost nothing more. */
async function lookAt(
  acting: Acting,
  binIds: readonly string[],
): Promise<{ ordered: string[]; alone: string[]; remembered: string[] }> {
  const looked = { ordered: [] as string[], alone: [] as string[], remembered: [] as string[] };
  if (binIds.length === 0) return looked;
  const { db, site, nowMs } = acting;
  const situations = await withTenant(
    db,
    site.tenantId,
    (tx) => loadSituations(tx, site, binIds, nowMs),
    plansFor(binIds),
  );
  for (const situation of situations) {
    const { binId } = situation;
    try {
      const decision = decide(situation.input);
      if (decision.kind === 'ORDER') (gathers(situation, decision) ? looked.alone : looked.ordered).push(binId);
      else if (changesAnything(situation, decision) || (decision.kind === 'HELD' && decision.count))
        looked.remembered.push(binId);
      else acting.decisions.push({ binId, decision: decision.kind });
      acting.dueAtMs = Math.min(acting.dueAtMs, dueOf(situation, decision));
    } catch (error) {
      acting.failures.push({ binId, error });
    }
  }
  return looked;
}

/** Acts on groups of bins, each in a transaction, and gathers what came of it. */
class Acting {
  readonly decisions: { binId: string; decision: Decision['kind'] }[] = [];
  readonly orders: Order[] = [];
  readonly failures: { binId: string; error: unknown }[] = [];
  /** Not done: a transaction of its own is for each of them. */
  readonly alone: string[] = [];
  /** To be written in small groups. */
  readonly ordersLeft: string[] = [];
  dueAtMs = Number.POSITIVE_INFINITY;

  constructor(
    readonly db: Db,
    readonly site: Site,
    readonly nowMs: number,
  ) {}

  /** All but the orders. @returns false where that fails: each is then to be looked at by itself */
  async atOnce(binIds: readonly string[]): Promise<boolean> {
    const { db, site, nowMs } = this;
    if (binIds.length === 0) return true;
    try {
      this.#take(
        await withTenant(
          db,
          site.tenantId,
          (tx) => act(tx, site, binIds, { nowMs, leavesOrders: true }),
          plansFor(binIds),
        ),
      );
      return true;
    } catch {
      return false;
    }
  }

  /** With their orders. */
  async inGroups(binIds: readonly string[]): Promise<void> {
    for (let from = 0; from < binIds.length; from += ORDERS_AT_ONCE) {
      await this.together(binIds.slice(from, from + ORDERS_AT_ONCE));
      // PGlite never leaves the turn of the event loop by itself: many orders at once would stop the whole service.
      if (binIds.length > ORDERS_AT_ONCE) await setImmediate();
    }
  }

  /** When those that cannot go together are done too. */
  async evaluation(): Promise<Evaluation> {
    for (const binId of this.alone.splice(0)) {
      await this.together([binId]);
      await setImmediate();
    }
    const { decisions, orders, failures, dueAtMs } = this;
    return { decisions, orders, failures, dueAtMs: Number.isFinite(dueAtMs) ? dueAtMs : undefined };
  }

  async together(binIds: readonly string[]): Promise<void> {
    const { db, site, nowMs } = this;
    try {
      this.#take(await withTenant(db, site.tenantId, (tx) => act(tx, site, binIds, { nowMs }), plansFor(binIds)));
    } catch (error) {
      const [binId, ...others] = binIds;
      if (binId === undefined) return;
      if (others.length === 0) this.failures.push({ binId, error });
      else for (const each of binIds) await this.together([each]);
    }
  }

  #take({ decisions, orders, alone, ordersLeft, dueAtMs }: Acted): void {
    this.decisions.push(...decisions);
    this.orders.push(...orders);
    this.alone.push(...alone);
    this.ordersLeft.push(...ordersLeft);
    this.dueAtMs = Math.min(this.dueAtMs, dueAtMs);
  }
}

function plansFor(binIds: readonly string[]): Plans {
  return binIds.length <= FEW_BINS ? 'for any' : 'for these';
}
