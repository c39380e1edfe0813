import { sql } from 'kysely';

import type { Db } from '../database/open-database.ts';

export interface BinRow {
  tenant_id: string;
  site_id: string;
  bin_id: string;
}

/** What a decision about the bin would rest on; while it stays the same, another decision would say the same. */
interface Suspect extends BinRow {
  state: string;
}

/** A level that is older than the decision about it, by so much more, has been decided about. */
const CLOCKS_DIFFER_MS = 60_000;
const BINS_PER_SWEEP = 1_000;
/** Even what has not changed is looked at again after this: time itself may have. */
const AGAIN_AFTER_MS = 30 * 60_000;

/**
 * Finds bins that a crash may have left behind: low and undecided, or covered by an order that has ended, silent but not held, or held although their sensor is
 * well again. Many bins look like that and are not: a policy in shadow, a need too small, an item that nobody sells. Each
 * is offered once, and again when something about it changed; a sweep looks at a bounded number of bins, the next one goes
 * on where it ended, so that none waits for ever behind others.
 */
export class LeftBehind {
  readonly #seen = new Map<string, { state: string; atMs: number }>();
  #after: BinRow | undefined;

  async next(db: Db, nowMs: number): Promise<BinRow[]> {
    const suspects = await suspectsAfter(db, this.#after, nowMs);
    this.#after = suspects.length < BINS_PER_SWEEP ? undefined : suspects.at(-1);
    const found = suspects.filter((suspect) => this.#isNews(suspect, nowMs));
    if (this.#after === undefined) this.#forgetOld(nowMs);
    return found;
  }

  #isNews({ tenant_id, site_id, bin_id, state }: Suspect, nowMs: number): boolean {
    const key = `${tenant_id}/${site_id}/${bin_id}`;
    const seen = this.#seen.get(key);
    if (seen?.state === state && nowMs - seen.atMs < AGAIN_AFTER_MS) return false;
    this.#seen.set(key, { state, atMs: nowMs });
    return true;
  }

  #forgetOld(nowMs: number): void {
    for (const [key, { atMs }] of this.#seen) if (nowMs - atMs >= AGAIN_AFTER_MS) this.#seen.delete(key);
  }
}

async function suspectsAfter(db: Db, after: BinRow | undefined, nowMs: number): Promise<Suspect[]> {
  const from = [after?.tenant_id ?? '', after?.site_id ?? '', after?.bin_id ?? ''];
  const { rows } = await sql<Suspect>`
    select il.tenant_id, il.site_id, il.bin_id,
           concat_ws(' ', il.decision, il.policy_id, il.policy_version, l.on_hand, s.quality,
                     l.disagreeing_since_ms, il.evaluate_at_ms) as state
    from item_location il
    left join stock_level l using (tenant_id, site_id, bin_id)
    left join sensor_state s using (tenant_id, site_id, bin_id)
    join bin b using (tenant_id, site_id, bin_id)
    left join bin_sensor bs using (tenant_id, site_id, bin_id)
    left join policy p on p.tenant_id = il.tenant_id and p.policy_id = il.policy_id and p.version = il.policy_version
    where (il.tenant_id, il.site_id, il.bin_id) > (${from[0]}, ${from[1]}, ${from[2]}) and (
         il.decision is null
      or (il.decision in ('WAIT', 'ORDER') and l.on_hand <= (p.parameters->>'reorderPoint')::bigint
          and il.evaluate_at_ms is null
          and (il.decision = 'ORDER' or l.observed_at_ms > il.decided_at_ms - ${CLOCKS_DIFFER_MS}))
      or (il.decision = 'COVERED' and l.on_hand <= (p.parameters->>'reorderPoint')::bigint and not exists (
            select from purchase_order_line ol where ol.tenant_id = il.tenant_id and ol.site_id = il.site_id
              and ol.bin_id = il.bin_id and ol.open))
      or (il.decision = 'HELD' and s.quality = 'good' and l.on_hand is not null and l.disagreeing_since_ms is null
          and ${nowMs} - s.last_reading_at_ms < coalesce(bs.stale_after_ms, 900000))
      or (il.decision <> 'HELD' and bs.kind in ('weight', 'level', 'count')
          and ${nowMs} - s.last_reading_at_ms > coalesce(bs.stale_after_ms, 900000))
      or (il.decision <> 'HELD' and ${nowMs} > l.disagreeing_since_ms + b.disagree_after_ms))
    order by il.tenant_id, il.site_id, il.bin_id
    limit ${BINS_PER_SWEEP}`.execute(db);
  return rows;
}
