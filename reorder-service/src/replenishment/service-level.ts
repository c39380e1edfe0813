import { sql } from 'kysely';

import { catalogueChanged } from '../catalogue/seed.ts';
import { resolvePolicies } from '../catalogue/resolve-policies.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { orderPoint } from './science/order-point.ts';

const DAY_MS = 86_400_000;
const HISTORY_DAYS = 180;
/** With less history a reorder point would be a guess. */
const HISTORY_DAYS_MIN = 14;
/** So many deliveries of this supplier teach more than the contract says. */
const DELIVERIES_MIN = 3;

interface Row {
  site_id: string;
  bin_id: string;
  policy_id: string;
  version: number;
  parameters: { target: number; cycleDays: number; reorderPoint?: number; orderUpTo?: number };
  first_at_ms: number | null;
  /** Consumption by day of the site; days without are not there. */
  per_day: number[] | null;
  lead_time_days: number | null;
  deliveries: number;
  learned_mean_days: number | null;
  learned_sd_days: number | null;
}

/**
 * Computes s and S anew for every bin whose policy is SERVICE_LEVEL, from the consumption in the ledger and the lead
 * times that the supplier kept. A result that differs is a new version of the policy, so that each order's proof names
 * the numbers it was decided by. May run on every replica.
 * @returns how many policies got a new version
 */
export async function computeServiceLevels(db: Db, nowMs: number): Promise<number> {
  const tenants = await db
    .selectFrom('policy')
    .select('tenant_id')
    .where('type', '=', 'SERVICE_LEVEL')
    .distinct()
    .execute();
  let versions = 0;
  for (const { tenant_id: tenantId } of tenants) {
    versions += await withTenant(db, tenantId, (tx) => computeTenant(tx, tenantId, nowMs));
  }
  return versions;
}

async function computeTenant(tx: Tx, tenantId: string, nowMs: number): Promise<number> {
  let versions = 0;
  for (const row of await historyRows(tx, tenantId, nowMs)) {
    const days = row.first_at_ms === null ? 0 : Math.floor((nowMs - row.first_at_ms) / DAY_MS);
    if (days < HISTORY_DAYS_MIN || row.lead_time_days === null) continue;
    const learned = row.deliveries >= DELIVERIES_MIN;
    const leadTime = {
      meanDays: learned ? (row.learned_mean_days ?? row.lead_time_days) : row.lead_time_days,
      sdDays: learned ? (row.learned_sd_days ?? 0) : 0,
    };
    const { target, cycleDays } = row.parameters;
    const point = orderPoint(statistics(row.per_day ?? [], Math.min(days, HISTORY_DAYS)), leadTime, target, cycleDays);
    const { reorderPoint, orderUpTo, safetyStock } = point;
    if (reorderPoint === row.parameters.reorderPoint && orderUpTo === row.parameters.orderUpTo) continue;
    const computed = { ...point, leadTime, learned, historyDays: Math.min(days, HISTORY_DAYS) };
    const parameters = { ...row.parameters, reorderPoint, orderUpTo, safetyStock, computed };
    versions += await newVersion(tx, tenantId, row, JSON.stringify(parameters), nowMs);
  }
  if (versions > 0) {
    await resolvePolicies(tx, tenantId, nowMs);
    await catalogueChanged(tx, tenantId);
  }
  return versions;
}

/** Mean and standard deviation of the demand of one day; days without demand count as zero. */
export function statistics(perDay: readonly number[], days: number): { meanPerDay: number; sdPerDay: number } {
  const sum = perDay.reduce((total, each) => total + each, 0);
  const meanPerDay = sum / days;
  const squares = perDay.reduce((total, each) => total + (each - meanPerDay) ** 2, 0);
  const withoutDemand = Math.max(0, days - perDay.length) * meanPerDay ** 2;
  return { meanPerDay, sdPerDay: Math.sqrt((squares + withoutDemand) / Math.max(1, days - 1)) };
}

async function historyRows(tx: Tx, tenantId: string, nowMs: number): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select il.site_id, il.bin_id, p.policy_id, p.version, p.parameters,
           (select min(m.at_ms) from stock_movement m where m.tenant_id = il.tenant_id and m.site_id = il.site_id
              and m.bin_id = il.bin_id) as first_at_ms,
           (select array_agg(day.used) from (
              select sum(-m.change)::double precision as used from stock_movement m
              where m.tenant_id = il.tenant_id and m.site_id = il.site_id and m.bin_id = il.bin_id
                and m.kind = 'CONSUMPTION' and m.at_ms >= ${nowMs - HISTORY_DAYS * DAY_MS}
              group by date_trunc('day', to_timestamp(m.at_ms / 1000.0) at time zone s.time_zone)) day) as per_day,
           offer.lead_time_days, coalesce(kept.deliveries, 0)::int as deliveries,
           kept.learned_mean_days, kept.learned_sd_days
    from item_location il
    join site s on s.tenant_id = il.tenant_id and s.site_id = il.site_id
    join policy p on p.tenant_id = il.tenant_id and p.policy_id = il.policy_id and p.version = il.policy_version
    left join lateral (
      select si.supplier_id, si.lead_time_days from supplier_item si
      where si.tenant_id = il.tenant_id and si.item_id = il.item_id
      order by si.preference, si.supplier_id limit 1) offer on true
    left join lateral (
      select count(*) as deliveries,
             avg((o.closed_at_ms - o.sent_at_ms) / ${DAY_MS}::double precision) as learned_mean_days,
             stddev_samp((o.closed_at_ms - o.sent_at_ms) / ${DAY_MS}::double precision) as learned_sd_days
      from purchase_order o join purchase_order_line l using (order_id)
      where o.tenant_id = il.tenant_id and o.supplier_id = offer.supplier_id and l.item_id = il.item_id
        and o.status = 'CLOSED' and l.received_quantity > 0) kept on true
    where il.tenant_id = ${tenantId} and p.type = 'SERVICE_LEVEL'`.execute(tx);
  return rows;
}

async function newVersion(tx: Tx, tenantId: string, row: Row, parameters: string, nowMs: number): Promise<number> {
  // Only a policy of one bin: one of a class or a site would give all its bins the numbers of the last.
  const written = await sql`
    insert into policy (tenant_id, policy_id, version, scope, site_id, bin_id, item_id, item_class, type, parameters,
                        effective_from_ms, created_at_ms, created_by)
    select ${tenantId}, policy_id, version + 1, scope, site_id, bin_id, item_id, item_class, type, ${parameters}::jsonb,
           ${nowMs}::bigint, ${nowMs}::bigint, 'service level'
    from policy where tenant_id = ${tenantId} and policy_id = ${row.policy_id} and version = ${row.version}
      and scope = 'bin'
    on conflict do nothing`.execute(tx);
  return Number(written.numAffectedRows ?? 0n);
}
