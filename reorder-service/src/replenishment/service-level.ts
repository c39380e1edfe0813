import { sql } from 'kysely';

import { catalogueChanged } from '../catalogue/seed.ts';
import { resolvePolicies } from '../catalogue/resolve-policies.ts';
import { COMPUTED_BY } from '../catalogue/write-policy.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { demandHistory } from './demand-history.ts';
import { learnLeadTimes } from './lead-times.ts';
import { leadTimeOf, plannedBins, type PlannedBin } from './planned-bins.ts';
import { orderPoint, targetOf, type OrderPoint } from './science/order-point.ts';

/** With less history a reorder point would be a guess. */
export const HISTORY_DAYS_MIN = 14;
const BINS_AT_ONCE = 500;

type Row = PlannedBin<Parameters>;

interface Parameters {
  target?: number;
  missingUnitCostPerDay?: number;
  holdingRatePerYear?: number;
  cycleDays: number;
  reorderPoint?: number;
  orderUpTo?: number;
  /** What the numbers were computed from; `policyId` and `version` of the policy they were computed for. */
  computed?: { policyId?: string; version?: number };
}

/**
 * Computes s and S anew for every bin whose policy is SERVICE_LEVEL, from the consumption in the ledger and the lead
 * times that the supplier kept. A result that differs is a new version of the policy, so that each order's proof names
 * the numbers it was decided by; where the policy holds for many bins, each has its numbers in a policy of its own, which
 * follows it. May run on every replica.
 * @returns how many policies got a new version
 */
export async function computeServiceLevels(db: Db, nowMs: number): Promise<number> {
  const tenants = await db.selectFrom('tenant').select('tenant_id').execute();
  let versions = 0;
  for (const { tenant_id: tenantId } of tenants) {
    await withTenant(db, tenantId, (tx) => learnLeadTimes(tx, tenantId, nowMs));
    versions += await withTenant(db, tenantId, (tx) => computeTenant(tx, tenantId, nowMs));
  }
  return versions;
}

async function computeTenant(tx: Tx, tenantId: string, nowMs: number): Promise<number> {
  let versions = 0;
  const rows = await plannedBins<Parameters>(tx, tenantId, ['SERVICE_LEVEL']);
  for (let from = 0; from < rows.length; from += BINS_AT_ONCE) {
    const part = rows.slice(from, from + BINS_AT_ONCE);
    const bins = part.map((row) => ({ siteId: row.site_id, binId: row.bin_id }));
    const histories = await demandHistory(tx, tenantId, bins, nowMs);
    const byBin = new Map(histories.map((each) => [`${each.siteId}/${each.binId}`, each.perDay]));
    for (const row of part) {
      const point = pointOf(row, byBin.get(`${row.site_id}/${row.bin_id}`) ?? []);
      if (point) versions += await newVersion(tx, tenantId, row, point, nowMs);
    }
  }
  if (versions > 0) {
    await resolvePolicies(tx, tenantId, nowMs);
    await catalogueChanged(tx, tenantId);
  }
  return versions;
}

/** @returns undefined while there is too little history, or where nothing changes */
function pointOf(row: Row, perDay: readonly number[]): (OrderPoint & { computed: object }) | undefined {
  if (perDay.length < HISTORY_DAYS_MIN || row.lead_time_days === null) return undefined;
  const learned = row.learned_mean_days !== null;
  const leadTime = leadTimeOf(row, row.lead_time_days);
  const target = targetOf(row.parameters, row.unit_price);
  const point = orderPoint(perDay, leadTime, target, row.parameters.cycleDays);
  const { reorderPoint, orderUpTo } = point;
  if (reorderPoint === row.parameters.reorderPoint && orderUpTo === row.parameters.orderUpTo) return undefined;
  return { ...point, computed: { leadTime, learned, historyDays: perDay.length, target } };
}

async function newVersion(
  tx: Tx,
  tenantId: string,
  row: Row,
  { computed, ...point }: OrderPoint & { computed: object },
  nowMs: number,
): Promise<number> {
  const own = row.scope === 'bin';
  // Numbers of one bin must not become those of a class or a site: they get a policy that follows the wider one.
  const base = {
    policyId: row.parameters.computed?.policyId ?? row.policy_id,
    version: row.parameters.computed?.version ?? row.version,
  };
  const policyId = own ? row.policy_id : `${base.policyId}@${row.site_id}/${row.bin_id}`;
  const { reorderPoint, orderUpTo, safetyStock } = point;
  const details = { ...point, ...computed, ...(own ? {} : base) };
  const parameters = JSON.stringify({ ...row.parameters, reorderPoint, orderUpTo, safetyStock, computed: details });
  const written = await sql`
    insert into policy (tenant_id, policy_id, version, scope, site_id, bin_id, type, parameters, effective_from_ms,
                        created_at_ms, created_by)
    select ${tenantId}, ${policyId}, coalesce(max(version), 0) + 1, ${own ? 'bin' : 'computed'}, ${row.site_id},
           ${row.bin_id}, 'SERVICE_LEVEL', ${parameters}::jsonb, ${nowMs}::bigint, ${nowMs}::bigint, ${COMPUTED_BY}
    from policy where tenant_id = ${tenantId} and policy_id = ${policyId}
    on conflict do nothing`.execute(tx);
  return Number(written.numAffectedRows ?? 0n);
}
