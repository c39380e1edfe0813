import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';

import type { PolicySuggestion } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { writeChange } from '../audit/write-change.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { tellCustomers } from '../events/event-outbox.ts';
import { demandHistory } from '../replenishment/demand-history.ts';
import { leadTimeOf, plannedBins, type PlannedBin } from '../replenishment/planned-bins.ts';
import { orderPoint } from '../replenishment/science/order-point.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { explainOrderPoint } from './explain-order-point.ts';

const DAY_MS = 86_400_000;
/** Less would be a guess, and the policy was set by somebody who knew more. */
const HISTORY_DAYS_MIN = 28;
const TARGET = 0.95;
const CYCLE_DAYS = 14;
/** Numbers that are nearer than this to what is set are as good. */
const WORTH_SAYING_RATIO = 0.25;
/** A suggestion that moves by less is the same one, and nobody is told again. */
const SAME_RATIO = 0.1;
const BINS_AT_ONCE = 500;

interface Numbers {
  reorderPoint: number;
  orderUpTo: number;
}
type Bin = PlannedBin<{ reorderPoint: number; orderUpTo?: number; reorderQuantity?: number }>;
type Suggestion = Omit<PolicySuggestion, 'suggestedAtMs' | 'binName' | 'itemName' | 'unit'>;

/**
 * Compares, once a day, the reorder points that people have set with what demand and lead times say. What is far off is a
 * suggestion: listed, told to customers' systems once, and gone when policy and demand agree again, when the policy is set, or
 * when somebody declines it; what was declined comes again once it has moved. Nothing follows by itself.
 */
@Injectable()
export class PolicySuggestions {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws ShelfwireError CURSOR_INVALID */
  list(
    tenantId: string,
    query: { siteId?: string | undefined; cursor?: string | undefined; limit: number },
  ): Promise<Page<PolicySuggestion>> {
    return withTenant(this.db, tenantId, async (tx) => {
      const [siteId, binId] = query.cursor === undefined ? [null, null] : readCursor(query.cursor, 2);
      const { rows } = await sql<{ suggestion: PolicySuggestion }>`
        select s.suggestion || jsonb_build_object('suggestedAtMs', s.suggested_at_ms, 'binName', bin.name,
          'itemName', item.name, 'unit', item.unit) as suggestion
        from policy_suggestion s
        join bin on bin.tenant_id = s.tenant_id and bin.site_id = s.site_id and bin.bin_id = s.bin_id
        join item on item.tenant_id = s.tenant_id and item.item_id = s.suggestion->>'itemId'
        where s.tenant_id = ${tenantId} and s.declined_at_ms is null
          and (${query.siteId ?? null}::text is null or s.site_id = ${query.siteId ?? null})
          and (${siteId}::text is null or (s.site_id, s.bin_id) > (${siteId}::text, ${binId}::text))
        order by s.site_id, s.bin_id limit ${query.limit + 1}`.execute(tx);
      return pageOf(rows, query.limit, {
        item: (row) => row.suggestion,
        key: ({ suggestion }) => [suggestion.siteId, suggestion.binId],
      });
    });
  }

  /** The numbers stay, and why is in the trail. @returns false if nothing is suggested for the bin */
  decline(tenantId: string, bin: { siteId: string; binId: string }, reason: string, by: string): Promise<boolean> {
    const nowMs = this.clock();
    return withTenant(this.db, tenantId, async (tx) => {
      const declined = await tx
        .updateTable('policy_suggestion')
        .set({ declined_at_ms: nowMs, declined_by: by, declined_because: reason })
        .where('tenant_id', '=', tenantId)
        .where('site_id', '=', bin.siteId)
        .where('bin_id', '=', bin.binId)
        .where('declined_at_ms', 'is', null)
        .returning('suggestion')
        .executeTakeFirst();
      if (!declined) return false;
      await writeChange(tx, {
        tenantId,
        actor: by,
        what: 'SuggestionDeclined',
        id: `${bin.siteId}/${bin.binId}`,
        before: null,
        after: { suggested: declined.suggestion['suggested'], reason },
        atMs: nowMs,
      });
      return true;
    });
  }

  /** For every tenant whose last look was a day ago; one replica takes it. @returns how many suggestions are new */
  async run(): Promise<number> {
    const nowMs = this.clock();
    const { rows } = await sql<{ tenant_id: string }>`
      update tenant set suggestions_at_ms = ${nowMs}
      where suggestions_at_ms is null or suggestions_at_ms <= ${nowMs - DAY_MS} returning tenant_id`.execute(this.db);
    let told = 0;
    for (const { tenant_id: tenantId } of rows) {
      told += await withTenant(this.db, tenantId, (tx) => suggestFor(tx, tenantId, nowMs));
    }
    return told;
  }
}

async function suggestFor(tx: Tx, tenantId: string, nowMs: number): Promise<number> {
  const bins: Bin[] = await plannedBins(tx, tenantId, ['MIN_MAX', 'FIXED_QUANTITY']);
  const suggestions: Suggestion[] = [];
  for (let from = 0; from < bins.length; from += BINS_AT_ONCE) {
    const part = bins.slice(from, from + BINS_AT_ONCE);
    const asked = part.map((bin) => ({ siteId: bin.site_id, binId: bin.bin_id }));
    const histories = await demandHistory(tx, tenantId, asked, nowMs);
    const perDay = new Map(histories.map((each) => [`${each.siteId}/${each.binId}`, each.perDay]));
    suggestions.push(
      ...part.flatMap((bin) => suggestionFor(bin, perDay.get(`${bin.site_id}/${bin.bin_id}`) ?? []) ?? []),
    );
  }
  return write(tx, tenantId, suggestions, nowMs);
}

/** @returns undefined where the policy is near enough, or too little is known */
export function suggestionFor(bin: Bin, perDay: readonly number[]): Suggestion | undefined {
  if (bin.lead_time_days === null || perDay.length < HISTORY_DAYS_MIN) return undefined;
  const leadTime = leadTimeOf(bin, bin.lead_time_days);
  const point = orderPoint(perDay, leadTime, TARGET, CYCLE_DAYS);
  // What nobody used may be kept for the day when it is needed: that is for a person to know.
  if (point.method === 'none') return undefined;
  const { reorderPoint, reorderQuantity } = bin.parameters;
  const current = { reorderPoint, orderUpTo: bin.parameters.orderUpTo ?? reorderPoint + (reorderQuantity ?? 0) };
  const suggested = { reorderPoint: point.reorderPoint, orderUpTo: point.orderUpTo };
  if (!isFarFrom(suggested.reorderPoint, current.reorderPoint, WORTH_SAYING_RATIO)) return undefined;
  const explained = { historyDays: perDay.length, unit: bin.unit, leadTime, target: TARGET, cycleDays: CYCLE_DAYS };
  return {
    siteId: bin.site_id,
    binId: bin.bin_id,
    itemId: bin.item_id,
    policyId: bin.policy_id,
    policyVersion: bin.version,
    current,
    suggested,
    because: explainOrderPoint(point, explained),
  };
}

function isFarFrom(a: number, b: number, ratio: number): boolean {
  return Math.abs(a - b) > Math.max(1, ratio * Math.max(a, b));
}

/** What was suggested for policies that have changed since: the next look says whether the new ones are nearer. */
export async function forgetSuggestions(
  tx: Tx,
  tenantId: string,
  bins: readonly { siteId: string; binId: string }[],
): Promise<void> {
  const changed = bins.map(({ siteId, binId }) => `${siteId}/${binId}`);
  await sql`
    delete from policy_suggestion
    where tenant_id = ${tenantId} and site_id || '/' || bin_id = any(${changed}::text[])`.execute(tx);
}

async function write(tx: Tx, tenantId: string, suggestions: readonly Suggestion[], nowMs: number): Promise<number> {
  const before = await tx
    .selectFrom('policy_suggestion')
    .select(['site_id', 'bin_id', 'suggestion'])
    .where('tenant_id', '=', tenantId)
    .execute();
  const known = new Map(before.map((row) => [`${row.site_id}/${row.bin_id}`, row.suggestion as unknown as Suggestion]));
  const isNew = ({ siteId, binId, suggested }: Suggestion): boolean => {
    const last: Numbers | undefined = known.get(`${siteId}/${binId}`)?.suggested;
    return !last || isFarFrom(suggested.reorderPoint, last.reorderPoint, SAME_RATIO);
  };
  const news = suggestions.filter(isNew);
  const kept = suggestions.map(({ siteId, binId }) => `${siteId}/${binId}`);
  await sql`
    delete from policy_suggestion
    where tenant_id = ${tenantId} and site_id || '/' || bin_id <> all(${kept}::text[])`.execute(tx);
  await sql`
    insert into policy_suggestion (tenant_id, site_id, bin_id, suggestion, suggested_at_ms)
    select ${tenantId}, s->>'siteId', s->>'binId', s, ${nowMs}::bigint
    from jsonb_array_elements(${JSON.stringify(news)}::jsonb) s
    on conflict (tenant_id, site_id, bin_id) do update
    set suggestion = excluded.suggestion, suggested_at_ms = excluded.suggested_at_ms,
        declined_at_ms = null, declined_by = null, declined_because = null`.execute(tx);
  for (const [siteId, ofSite] of Map.groupBy(news, (each) => each.siteId)) {
    const events = ofSite.map((suggestion) => ({
      schema: 'business/1' as const,
      eventId: randomUUID(),
      name: 'policy.suggested',
      subject: `bins/${suggestion.binId}`,
      atMs: nowMs,
      details: { ...suggestion },
    }));
    await tellCustomers(tx, { tenantId, siteId }, events, nowMs);
  }
  return news.length;
}
