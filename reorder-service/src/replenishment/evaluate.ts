import { setImmediate } from 'node:timers/promises';

import type { Db } from '../database/open-database.ts';
import { withTenant, type Plans } from '../database/with-tenant.ts';
import type { Order } from '../orders/order.ts';
import { act } from './act.ts';
import { decide, type Decision } from './decide.ts';
import { loadSituations } from './load-inputs.ts';
import { gathers } from './place-order.ts';
import { changesAnything, recheckOf } from './remember.ts';

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
 * not stop the others: its group is then taken one by one.
 */
export async function evaluate(db: Db, site: Site, binIds: readonly string[], nowMs: number): Promise<Evaluation> {
  const situations = await withTenant(
    db,
    site.tenantId,
    (tx) => loadSituations(tx, site, binIds, nowMs),
    plansFor(binIds),
  );
  const acting = new Acting(db, site, nowMs);
  const ordered: string[] = [];
  const alone: string[] = [];
  const remembered: string[] = [];
  let dueAtMs = Number.POSITIVE_INFINITY;
  for (const situation of situations) {
    const { binId } = situation;
    try {
      const decision = decide(situation.input);
      if (decision.kind === 'ORDER') (gathers(situation, decision) ? alone : ordered).push(binId);
      else if (changesAnything(situation, decision) || (decision.kind === 'HELD' && decision.count))
        remembered.push(binId);
      else acting.decisions.push({ binId, decision: decision.kind });
      if (decision.kind !== 'ORDER' && decision.kind !== 'HELD')
        dueAtMs = Math.min(dueAtMs, recheckOf(situation, decision) ?? dueAtMs);
    } catch (error) {
      acting.failures.push({ binId, error });
    }
  }
  // What a person or a truck waits for first: an order; then what is only written down.
  for (let from = 0; from < ordered.length; from += ORDERS_AT_ONCE) {
    await acting.together(ordered.slice(from, from + ORDERS_AT_ONCE));
    // PGlite never leaves the turn of the event loop by itself: many orders at once would stop the whole service.
    if (ordered.length > ORDERS_AT_ONCE) await setImmediate();
  }
  if (remembered.length > 0) await acting.together(remembered);
  for (const binId of [...alone, ...acting.alone]) {
    await acting.together([binId]);
    await setImmediate();
  }
  const { decisions, orders, failures } = acting;
  return { decisions, orders, failures, dueAtMs: Number.isFinite(dueAtMs) ? dueAtMs : undefined };
}

/** Acts on groups of bins, each in a transaction, and gathers what came of it. */
class Acting {
  readonly decisions: { binId: string; decision: Decision['kind'] }[] = [];
  readonly orders: Order[] = [];
  readonly failures: { binId: string; error: unknown }[] = [];
  /** Not done: a transaction of its own is for each of them. */
  readonly alone: string[] = [];

  constructor(
    private readonly db: Db,
    private readonly site: Site,
    private readonly nowMs: number,
  ) {}

  async together(binIds: readonly string[]): Promise<void> {
    const { db, site, nowMs } = this;
    try {
      const acted = await withTenant(db, site.tenantId, (tx) => act(tx, site, binIds, nowMs), plansFor(binIds));
      this.decisions.push(...acted.decisions);
      this.orders.push(...acted.orders);
      this.alone.push(...acted.alone);
    } catch (error) {
      const [binId, ...others] = binIds;
      if (binId === undefined) return;
      if (others.length === 0) this.failures.push({ binId, error });
      else for (const each of binIds) await this.together([each]);
    }
  }
}

function plansFor(binIds: readonly string[]): Plans {
  return binIds.length <= FEW_BINS ? 'for any' : 'for these';
}
