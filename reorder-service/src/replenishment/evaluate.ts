import { setImmediate } from 'node:timers/promises';

import { sql } from 'kysely';

import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import type { Order } from '../orders/order.ts';
import { openCountingTask } from '../stock/counting-tasks.ts';
import { nextReview } from './calendar.ts';
import { decide, isSnoozed, type Decision } from './decide.ts';
import { loadSituations, statusUnder, type Situation } from './load-inputs.ts';
import { placeOrders } from './place-order.ts';

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
 * Decides about these bins and does what was decided. May run anywhere, any number of times, at the same time: what
 * would change something is decided again under the lock of the item and location. One bin that fails does not stop the
 * others.
 */
export async function evaluate(db: Db, site: Site, binIds: readonly string[], nowMs: number): Promise<Evaluation> {
  const situations = await withTenant(db, site.tenantId, (tx) => loadSituations(tx, site, binIds, nowMs));
  const decisions: { binId: string; decision: Decision['kind'] }[] = [];
  const orders: Order[] = [];
  const failures: { binId: string; error: unknown }[] = [];
  const quiet: string[] = [];
  let dueAtMs = Number.POSITIVE_INFINITY;
  for (const situation of situations) {
    const { binId } = situation;
    try {
      const decision = decide(situation.input);
      if (decision.kind === 'ORDER' || decision.kind === 'HELD') {
        const acted = await withTenant(db, site.tenantId, (tx) => act(tx, site, binId, nowMs));
        orders.push(...acted.orders);
        decisions.push({ binId, decision: acted.decision });
        // PGlite never leaves the turn of the event loop by itself: many orders at once would stop the whole service.
        await setImmediate();
      } else {
        decisions.push({ binId, decision: decision.kind });
        dueAtMs = Math.min(dueAtMs, recheckOf(situation, decision) ?? dueAtMs);
        if (changesAnything(situation, decision)) quiet.push(binId);
      }
    } catch (error) {
      failures.push({ binId, error });
    }
  }
  if (quiet.length > 0) await withTenant(db, site.tenantId, (tx) => noteAll(tx, site, quiet, nowMs));
  return { decisions, orders, failures, dueAtMs: Number.isFinite(dueAtMs) ? dueAtMs : undefined };
}

async function act(
  tx: Tx,
  site: Site,
  binId: string,
  nowMs: number,
): Promise<{ decision: Decision['kind']; orders: Order[] }> {
  await lock(tx, site, [binId]);
  const [situation] = await loadSituations(tx, site, [binId], nowMs);
  if (!situation) return { decision: 'WAIT', orders: [] };
  const decision = decide(situation.input);
  if (decision.kind !== 'ORDER') {
    if (changesAnything(situation, decision)) await note(tx, site, [[situation, decision]], nowMs);
    if (decision.kind === 'HELD' && decision.count)
      await openCountingTask(tx, site, situation.doubtedBinId, decision.because, nowMs);
    return { decision: decision.kind, orders: [] };
  }
  const orders = await placeOrders(tx, site, situation, decision, nowMs);
  await note(tx, site, [[situation, decision]], nowMs);
  return { decision: decision.kind, orders };
}

/** Decisions that only need to be remembered: many at once, under the locks. */
async function noteAll(tx: Tx, site: Site, binIds: readonly string[], nowMs: number): Promise<void> {
  await lock(tx, site, binIds);
  const situations = await loadSituations(tx, site, binIds, nowMs);
  const decided: [Situation, Decision][] = [];
  for (const situation of situations) {
    const decision = decide(situation.input);
    // Something happened in between that needs more than remembering: it touches the bin again by itself.
    if (decision.kind === 'ORDER' || decision.kind === 'HELD') continue;
    if (changesAnything(situation, decision)) decided.push([situation, decision]);
  }
  await note(tx, site, decided, nowMs);
}

async function lock(tx: Tx, site: Site, binIds: readonly string[]): Promise<void> {
  await sql`
    select from item_location
    where tenant_id = ${site.tenantId} and site_id = ${site.siteId} and bin_id = any(${[...binIds]}::text[])
    order by bin_id for update`.execute(tx);
}

function changesAnything(situation: Situation, decision: Decision): boolean {
  const { decided } = situation;
  const recheckAtMs = recheckOf(situation, decision);
  const lowSinceMs = ('lowSinceMs' in decision ? decision.lowSinceMs : undefined) ?? null;
  const held = decision.kind === 'HELD';
  return (
    decided.decision !== decision.kind ||
    decided.lowSinceMs !== lowSinceMs ||
    decided.evaluateAtMs !== recheckAtMs ||
    // What is low and waits says why as it is now: in shadow mode that is all that people see of it.
    ((held || lowSinceMs !== null) && decided.because !== decision.because) ||
    (situation.level !== undefined && situation.level.status !== statusUnder(situation, held)) ||
    recovers(situation, decision)
  );
}

function recheckOf(situation: Situation, decision: Decision): number | null {
  if ('recheckAtMs' in decision && decision.recheckAtMs !== undefined) return decision.recheckAtMs;
  const { policy, plannedReviewAtMs, timeZone, nowMs } = situation.input;
  // A review that doubt holds is late, not lost: it is made when the doubt is over.
  if (decision.kind === 'HELD') return plannedReviewAtMs ?? null;
  return policy?.type === 'PERIODIC' ? nextReview(policy, timeZone, nowMs) : null;
}

/** The need went away without a delivery (a count, goods put back): the episode ends, unless snoozed or on order. */
function recovers(situation: Situation, decision: Decision): boolean {
  const { episode } = situation.input;
  return (
    decision.kind === 'WAIT' &&
    decision.lowSinceMs === undefined &&
    episode !== undefined &&
    !isSnoozed(situation.input) &&
    situation.openLines.length === 0
  );
}

async function note(tx: Tx, site: Site, decided: readonly (readonly [Situation, Decision])[], nowMs: number) {
  if (decided.length === 0) return;
  const lowSince = ([, decision]: readonly [Situation, Decision]): number | null =>
    ('lowSinceMs' in decision ? decision.lowSinceMs : undefined) ?? null;
  const binIds = decided.map(([situation]) => situation.binId);
  await sql`
    update item_location il
    set low_since_ms = t.low_since_ms, evaluate_at_ms = t.evaluate_at_ms, decision = t.decision, because = t.because,
        decided_at_ms = ${nowMs}
    from unnest(${binIds}::text[], ${decided.map(lowSince)}::bigint[],
                ${decided.map(([situation, decision]) => recheckOf(situation, decision))}::bigint[],
                ${decided.map(([, decision]) => decision.kind)}::text[],
                ${decided.map(([, decision]) => decision.because)}::text[])
      as t(bin_id, low_since_ms, evaluate_at_ms, decision, because)
    where il.tenant_id = ${site.tenantId} and il.site_id = ${site.siteId} and il.bin_id = t.bin_id`.execute(tx);
  await sql`
    update stock_level l set status = t.status
    from unnest(${binIds}::text[],
                ${decided.map(([situation, decision]) => statusUnder(situation, decision.kind === 'HELD'))}::text[])
      as t(bin_id, status)
    where l.tenant_id = ${site.tenantId} and l.site_id = ${site.siteId} and l.bin_id = t.bin_id
      and l.status <> t.status`.execute(tx);
  const recovered = decided.filter(([situation, decision]) => recovers(situation, decision));
  if (recovered.length === 0) return;
  await tx
    .updateTable('episode')
    .set({ closed_at_ms: nowMs, closed_because: 'recovered' })
    .where(
      'episode_id',
      'in',
      recovered.flatMap(([situation]) => (situation.episodeId === undefined ? [] : [situation.episodeId])),
    )
    .where('closed_at_ms', 'is', null)
    .execute();
}
