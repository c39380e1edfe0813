import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';

const DAY_MS = 86_400_000;
const HISTORY_DAYS = 180;

export interface DemandHistory {
  siteId: string;
  binId: string;
  /** Consumption of each day of the site that is over, oldest first; from the first movement, at most HISTORY_DAYS. */
  perDay: readonly number[];
}

/** What was taken from bins, from the ledger. A correction or a transfer is no demand. */
export async function demandHistory(
  tx: Tx,
  tenantId: string,
  bins: readonly { siteId: string; binId: string }[],
  nowMs: number,
): Promise<DemandHistory[]> {
  if (bins.length === 0) return [];
  const fromMs = nowMs - HISTORY_DAYS * DAY_MS;
  const { rows } = await sql<{ site_id: string; bin_id: string; days: number | null; used: Record<string, number> }>`
    select b.site_id, b.bin_id, today.number - first.number as days, coalesce(used.by_age, '{}') as used
    from unnest(${bins.map((bin) => bin.siteId)}::text[], ${bins.map((bin) => bin.binId)}::text[]) as b(site_id, bin_id)
    join site s on s.tenant_id = ${tenantId} and s.site_id = b.site_id
    cross join lateral (
      select (to_timestamp(${nowMs} / 1000.0) at time zone s.time_zone)::date - date '2000-01-01' as number) today
    left join lateral (
      select (to_timestamp(greatest(min(m.at_ms), ${fromMs}) / 1000.0) at time zone s.time_zone)::date
             - date '2000-01-01' as number
      from stock_movement m
      where m.tenant_id = ${tenantId} and m.site_id = b.site_id and m.bin_id = b.bin_id) first on true
    left join lateral (
      select jsonb_object_agg(age, quantity) as by_age from (
        select today.number - ((to_timestamp(m.at_ms / 1000.0) at time zone s.time_zone)::date - date '2000-01-01') as age,
               sum(-m.change) as quantity
        from stock_movement m
        where m.tenant_id = ${tenantId} and m.site_id = b.site_id and m.bin_id = b.bin_id
          and m.kind = 'CONSUMPTION' and m.at_ms >= ${fromMs}
        group by 1) day) used on true`.execute(tx);
  return rows.map((row) => ({ siteId: row.site_id, binId: row.bin_id, perDay: seriesOf(row.days ?? 0, row.used) }));
}

/** Today is not over yet, and says nothing about a day. */
function seriesOf(days: number, used: Readonly<Record<string, number>>): number[] {
  // A bin that was counted up again may show less than nothing taken on a day.
  return Array.from({ length: days }, (_, index) => Math.max(0, used[String(days - index)] ?? 0));
}
