import { Inject, Injectable } from '@nestjs/common';
import type { PolicyPreview, PreviewPolicy } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { bestPolicies } from '../catalogue/resolve-policies.ts';
import { policyIdOf, type PolicyScope } from '../catalogue/scoped-policy.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { demandHistory } from '../replenishment/demand-history.ts';
import { loadSituations, type Situation } from '../replenishment/load-inputs.ts';
import { policySchema, type Policy } from '../replenishment/policy.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { decisionUnder, withNumbers } from './policy-preview.ts';
import { isKnown, readPolicy, scopeOf, type PolicyRefused } from './policy-scopes.ts';

/** Enough to see what a policy of a class does; deciding about all of 50,000 would hold the service for seconds. */
const BINS_DECIDED_MAX = 1_000;
const BINS_SHOWN_MAX = 200;

interface Row {
  site_id: string;
  bin_id: string;
  bin_name: string;
  item_id: string;
  sku: string;
  item_name: string;
  unit: string;
  /** Of what holds without the policy that is previewed. */
  rank: number | null;
  type: string | null;
  parameters: Record<string, unknown> | null;
}

type BinPreview = PolicyPreview['bins'][number];

/** Says what a policy would do before it is set. Reads only: no episode, no order, no version is written. */
@Injectable()
export class PolicyPreviews {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async of(tenantId: string, body: PreviewPolicy): Promise<{ ok: true; preview: PolicyPreview } | PolicyRefused> {
    const read = readPolicy(body.policy);
    if (!read.ok) return read;
    const scope = scopeOf(body.scope);
    const nowMs = this.clock();
    const preview = await withTenant(this.db, tenantId, async (tx) => {
      if (!(await isKnown(tx, tenantId, scope))) return undefined;
      const rows = await binsInScope(tx, tenantId, scope, nowMs);
      const follows = rows.filter((row) => row.rank === null || row.rank >= rankOf(scope));
      const looked = follows.slice(0, BINS_DECIDED_MAX);
      const bins = await decideAll(tx, tenantId, looked, read.policy, nowMs);
      return toPreview(nowMs, { inScope: rows.length, overruled: rows.length - follows.length }, bins);
    });
    if (!preview) return { ok: false, code: 'NOT_FOUND', detail: 'There is nothing that this policy could hold for' };
    return { ok: true, preview };
  }
}

function toPreview(atMs: number, counts: { inScope: number; overruled: number }, bins: BinPreview[]): PolicyPreview {
  const ordered = bins.filter(({ proposed }) => proposed.decision === 'ORDER');
  const amounts = ordered.flatMap(({ proposed }) => proposed.orders.map((order) => order.amountCents ?? 0));
  const rest = bins.filter(({ proposed }) => proposed.decision !== 'ORDER');
  return {
    atMs,
    binsInScope: counts.inScope,
    binsOverruled: counts.overruled,
    binsDecided: bins.length,
    binsOrdered: ordered.length,
    amountCents: amounts.reduce((sum, each) => sum + each, 0),
    bins: [...ordered, ...rest].slice(0, BINS_SHOWN_MAX),
  };
}

async function decideAll(
  tx: Tx,
  tenantId: string,
  rows: readonly Row[],
  policy: Policy | null,
  nowMs: number,
): Promise<BinPreview[]> {
  const previews: BinPreview[] = [];
  for (const [siteId, ofSite] of Map.groupBy(rows, (row) => row.site_id)) {
    const binIds = ofSite.map((row) => row.bin_id);
    const situations = await loadSituations(tx, { tenantId, siteId }, binIds, nowMs);
    const byBin = new Map(situations.map((situation) => [situation.binId, situation]));
    const histories = await historiesOf(tx, tenantId, { siteId, rows: ofSite, policy }, nowMs);
    for (const row of ofSite) {
      const situation = byBin.get(row.bin_id);
      if (situation)
        previews.push(previewOf(row, situation, policy ?? withoutIt(row), histories.get(row.bin_id) ?? []));
    }
  }
  return previews;
}

function previewOf(row: Row, situation: Situation, policy: Policy | undefined, perDay: readonly number[]): BinPreview {
  return {
    siteId: row.site_id,
    binId: row.bin_id,
    binName: row.bin_name,
    item: { itemId: row.item_id, sku: row.sku, name: row.item_name, unit: row.unit },
    current: decisionUnder(situation, situation.input.policy),
    proposed: decisionUnder(situation, policy && withNumbers(policy, situation, perDay)),
  };
}

/** What the bin inherits if nothing is set at the scope. One that cannot be read decides nothing. */
function withoutIt(row: Row): Policy | undefined {
  return row.type === null ? undefined : policySchema.safeParse({ ...row.parameters, type: row.type }).data;
}

/** Demand day by day, where numbers are to be computed from it. */
async function historiesOf(
  tx: Tx,
  tenantId: string,
  { siteId, rows, policy }: { siteId: string; rows: readonly Row[]; policy: Policy | null },
  nowMs: number,
): Promise<Map<string, readonly number[]>> {
  const computed = rows.filter((row) => (policy?.type ?? row.type) === 'SERVICE_LEVEL');
  const bins = computed.map((row) => ({ siteId, binId: row.bin_id }));
  const histories = await demandHistory(tx, tenantId, bins, nowMs);
  return new Map(histories.map(({ binId, perDay }) => [binId, perDay]));
}

/** As in resolve-policies.ts: the lower, the narrower. */
function rankOf(scope: PolicyScope): number {
  const everywhere = 'siteId' in scope && scope.siteId === undefined;
  switch (scope.scope) {
    case 'bin':
      return 1;
    case 'item':
      return everywhere ? 3 : 2;
    case 'class':
      return everywhere ? 5 : 4;
    default:
      return 6;
  }
}

/** Bins that the scope takes in and that are decided about by themselves, with what holds without its policy. */
async function binsInScope(tx: Tx, tenantId: string, scope: PolicyScope, nowMs: number): Promise<Row[]> {
  const siteId = 'siteId' in scope ? (scope.siteId ?? null) : null;
  const binId = scope.scope === 'bin' ? scope.binId : null;
  const itemId = scope.scope === 'item' ? scope.itemId : null;
  const itemClass = scope.scope === 'class' ? scope.itemClass : null;
  const { rows } = await sql<Row>`
    with ${bestPolicies(tenantId, nowMs, policyIdOf(scope))}
    select b.site_id, b.bin_id, b.name as bin_name, i.item_id, i.sku, i.name as item_name, i.unit,
           best.rank, p.type, p.parameters
    from bin b
    join item i using (tenant_id, item_id)
    left join best on best.site_id = b.site_id and best.bin_id = b.bin_id
    left join policy p on p.tenant_id = b.tenant_id and p.policy_id = best.policy_id and p.version = best.version
    where b.tenant_id = ${tenantId} and b.primary_bin_id is null
      and (${siteId}::text is null or b.site_id = ${siteId})
      and (${binId}::text is null or b.bin_id = ${binId})
      and (${itemId}::text is null or b.item_id = ${itemId})
      and (${itemClass}::text is null or i.item_class = ${itemClass})
    order by b.site_id, b.bin_id`.execute(tx);
  return rows;
}
