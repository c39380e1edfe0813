import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import { nextReview } from './calendar.ts';
import { isSnoozed, type Decision } from './decide.ts';
import { statusUnder, type Situation } from './load-inputs.ts';

type Decided = readonly [Situation, Decision];

/** False: the decision is what is known already, and costs no write. */
export function changesAnything(situation: Situation, decision: Decision): boolean {
  const { decided } = situation;
  const recheckAtMs = recheckOf(situation, decision);
  const lowSinceMs = lowSinceOf(decision);
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

/** When time alone may change the decision. */
function recheckOf(situation: Situation, decision: Decision): number | null {
  if ('recheckAtMs' in decision && decision.recheckAtMs !== undefined) return decision.recheckAtMs;
  const { policy, plannedReviewAtMs, timeZone, nowMs } = situation.input;
  // A review that doubt holds is late, not lost: it is made when the doubt is over.
  if (decision.kind === 'HELD') return plannedReviewAtMs ?? null;
  return policy?.type === 'PERIODIC' ? nextReview(policy, timeZone, nowMs) : null;
}

/** When this process itself looks again, so as not to be late; infinite: when something happens, or a sweep finds it. */
export function dueOf(situation: Situation, decision: Decision): number {
  if (decision.kind === 'ORDER' || decision.kind === 'HELD') return Number.POSITIVE_INFINITY;
  return recheckOf(situation, decision) ?? Number.POSITIVE_INFINITY;
}

function lowSinceOf(decision: Decision): number | null {
  return ('lowSinceMs' in decision ? decision.lowSinceMs : undefined) ?? null;
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

/** Writes what was decided, the status that the level has by it, and the end of needs that went away. */
export async function remember(
  tx: Tx,
  site: { tenantId: string; siteId: string },
  all: readonly Decided[],
  nowMs: number,
) {
  if (all.length === 0) return;
  const binIds = all.map(([situation]) => situation.binId);
  await sql`
    with t as (
      select * from unnest(${binIds}::text[],
                           ${all.map(([, decision]) => lowSinceOf(decision))}::bigint[],
                           ${all.map((decided) => recheckOf(...decided))}::bigint[],
                           ${all.map(([, decision]) => decision.kind)}::text[],
                           ${all.map(([, decision]) => decision.because)}::text[],
                           ${all.map(([situation, { kind }]) => statusUnder(situation, kind === 'HELD'))}::text[])
        as t(bin_id, low_since_ms, evaluate_at_ms, decision, because, status)
    ), decided as (
      update item_location il
      set low_since_ms = t.low_since_ms, evaluate_at_ms = t.evaluate_at_ms, decision = t.decision, because = t.because,
          decided_at_ms = ${nowMs}
      from t where il.tenant_id = ${site.tenantId} and il.site_id = ${site.siteId} and il.bin_id = t.bin_id
    )
    update stock_level l set status = t.status
    from t where l.tenant_id = ${site.tenantId} and l.site_id = ${site.siteId} and l.bin_id = t.bin_id
      -- Said twice, so that the levels are looked up even while nothing is known of how many there are.
      and l.bin_id = any(${binIds}::text[]) and l.status <> t.status`.execute(tx);
  const recovered = all.filter((decided) => recovers(...decided));
  if (recovered.length === 0) return;
  const episodeIds = recovered.flatMap(([{ episodeId }]) => (episodeId === undefined ? [] : [episodeId]));
  await sql`
    update episode set closed_at_ms = ${nowMs}, closed_because = 'recovered'
    where episode_id = any(${episodeIds}::uuid[]) and closed_at_ms is null`.execute(tx);
}
