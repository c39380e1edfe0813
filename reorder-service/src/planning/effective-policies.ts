import { Inject, Injectable } from '@nestjs/common';
import type { BinPolicy, EffectivePolicy, PolicyScopeBody, PolicyVersion } from '@shelfwire/contract/api';
import { sql, type RawBuilder } from 'kysely';

import { policyIdOf } from '../catalogue/scoped-policy.ts';
import { INHERIT } from '../catalogue/write-policy.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant } from '../database/with-tenant.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { versionRows } from './policy-book.ts';
import { scopeOf } from './policy-scopes.ts';

export interface EffectivePolicyQuery {
  siteId?: string | undefined;
  /** Part of the bin's or item's name, id or SKU, in any case. */
  search?: string | undefined;
  type?: string | undefined;
  only?: 'shadow' | 'snoozed' | 'none' | undefined;
  cursor?: string | undefined;
  limit: number;
}

interface Row {
  site_id: string;
  bin_id: string;
  bin_name: string;
  primary_bin_id: string | null;
  item_id: string;
  sku: string;
  item_name: string;
  unit: string;
  item_class: string | null;
  policy_id: string | null;
  version: number | null;
  scope: 'bin' | 'item' | 'class' | 'site' | null;
  policy_site_id: string | null;
  policy_item_class: string | null;
  type: string | null;
  parameters: Record<string, unknown> | null;
  effective_from_ms: number | null;
  created_by: string | null;
  reason: string | null;
  decision: string | null;
  because: string | null;
  decided_at_ms: number | null;
  snoozed_until_ms: number | null;
  snoozed_by: string | null;
  snoozed_because: string | null;
}

/** What decides about each bin, and where that was set. Reads only. */
@Injectable()
export class EffectivePolicies {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** In the order of site and bin id. @throws ShelfwireError CURSOR_INVALID */
  async list(tenantId: string, query: EffectivePolicyQuery): Promise<Page<EffectivePolicy>> {
    const conditions = [sql`b.tenant_id = ${tenantId}`];
    if (query.siteId !== undefined) conditions.push(sql`b.site_id = ${query.siteId}`);
    if (query.type !== undefined) conditions.push(sql`p.type = ${query.type}`);
    if (query.search) conditions.push(matches(query.search));
    if (query.only === 'shadow') conditions.push(sql`p.parameters->>'shadow' = 'true'`);
    if (query.only === 'snoozed') conditions.push(sql`e.snoozed_until_ms is not null`);
    if (query.only === 'none') conditions.push(sql`p.policy_id is null`);
    if (query.cursor !== undefined) {
      const [siteId, binId] = readCursor(query.cursor, 2);
      conditions.push(sql`(b.site_id, b.bin_id) > (${siteId}, ${binId})`);
    }
    const rows = await this.#rows(tenantId, conditions, query.limit + 1);
    return pageOf(rows, query.limit, { item: toEffective, key: (row) => [row.site_id, row.bin_id] });
  }

  /** @returns undefined if there is no such bin */
  async ofBin(tenantId: string, { siteId, binId }: { siteId: string; binId: string }): Promise<BinPolicy | undefined> {
    const conditions = [sql`b.tenant_id = ${tenantId} and b.site_id = ${siteId} and b.bin_id = ${binId}`];
    const [row] = await this.#rows(tenantId, conditions, 1);
    if (!row) return undefined;
    const scopes = scopesOf(row);
    const ids = scopes.map(({ policyId }) => policyId);
    const ofChain = [sql`v.policy_id = any(${ids}::text[]) and v.state <> 'past'`];
    const { rows: versions } = await withTenant(this.db, tenantId, (tx) =>
      versionRows(tenantId, ofChain, this.clock(), ids.length * 50).execute(tx),
    );
    return { ...toEffective(row), chain: scopes.map((each) => toLink(each, versions, row.policy_id)) };
  }

  async #rows(tenantId: string, conditions: RawBuilder<unknown>[], limit: number): Promise<Row[]> {
    const select = effectiveRows(conditions, this.clock(), limit);
    return (await withTenant(this.db, tenantId, (tx) => select.execute(tx))).rows;
  }
}

type Scope = { policyId: string; scope: PolicyScopeBody };

/** Every scope that could decide about the bin, the narrowest first. */
function scopesOf(row: Row): Scope[] {
  const { site_id: siteId, bin_id: binId, item_id: itemId, item_class: itemClass } = row;
  const scopes: PolicyScopeBody[] = [
    { scope: 'bin', siteId, binId },
    { scope: 'item', itemId, siteId },
    { scope: 'item', itemId },
    ...(itemClass === null
      ? []
      : [
          { scope: 'class' as const, itemClass, siteId },
          { scope: 'class' as const, itemClass },
        ]),
    { scope: 'site', siteId },
  ];
  return scopes.map((scope) => ({ policyId: policyIdOf(scopeOf(scope)), scope }));
}

function toLink(
  { policyId, scope }: Scope,
  versions: readonly PolicyVersion[],
  heldPolicyId: string | null,
): BinPolicy['chain'][number] {
  const own = versions.filter((version) => version.policyId === policyId);
  const inEffect = own.find((version) => version.state === 'in-effect' && version.type !== INHERIT) ?? null;
  const scheduled = own
    .filter((version) => version.state === 'scheduled')
    .toSorted((a, b) => a.effectiveFromMs - b.effectiveFromMs);
  return { policyId, scope, inEffect, scheduled, holds: policyId === heldPolicyId };
}

function matches(search: string): RawBuilder<unknown> {
  const pattern = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql`(b.bin_id ilike ${pattern} or b.name ilike ${pattern} or i.name ilike ${pattern} or i.sku ilike ${pattern})`;
}

function effectiveRows(conditions: RawBuilder<unknown>[], nowMs: number, limit: number): RawBuilder<Row> {
  // Numbers that a job computed stand in a policy of their own; what people want to know is whose numbers they are.
  return sql<Row>`
    select b.site_id, b.bin_id, b.name as bin_name, b.primary_bin_id,
           i.item_id, i.sku, i.name as item_name, i.unit, i.item_class,
           source.policy_id, source.version, source.scope, source.site_id as policy_site_id,
           source.item_class as policy_item_class, p.type, p.parameters, source.effective_from_ms, source.created_by,
           source.reason, il.decision, il.because, il.decided_at_ms,
           e.snoozed_until_ms, e.snoozed_by, e.snoozed_because
    from bin b
    join item i using (tenant_id, item_id)
    left join item_location il using (tenant_id, site_id, bin_id)
    left join policy p on p.tenant_id = b.tenant_id and p.policy_id = il.policy_id and p.version = il.policy_version
    left join policy source on source.tenant_id = p.tenant_id
      and source.policy_id = case when p.scope = 'computed' then p.parameters->'computed'->>'policyId' else p.policy_id end
      and source.version = case when p.scope = 'computed' then (p.parameters->'computed'->>'version')::int else p.version end
    left join episode e on e.tenant_id = b.tenant_id and e.site_id = b.site_id and e.item_id = b.item_id
      and e.bin_id = coalesce(b.primary_bin_id, b.bin_id) and e.closed_at_ms is null and e.snoozed_until_ms > ${nowMs}
    where ${sql.join(conditions, sql` and `)}
    order by b.site_id, b.bin_id
    limit ${limit}`;
}

function toEffective(row: Row): EffectivePolicy {
  return {
    siteId: row.site_id,
    binId: row.bin_id,
    binName: row.bin_name,
    item: { itemId: row.item_id, sku: row.sku, name: row.item_name, unit: row.unit },
    itemClass: row.item_class,
    primaryBinId: row.primary_bin_id,
    policy: heldPolicyOf(row),
    decision: row.decision,
    because: row.because,
    decidedAtMs: row.decided_at_ms,
    snooze:
      row.snoozed_until_ms === null
        ? null
        : { untilMs: row.snoozed_until_ms, by: row.snoozed_by, because: row.snoozed_because },
  };
}

function heldPolicyOf(row: Row): EffectivePolicy['policy'] {
  const { policy_id: policyId, version, scope, type, parameters, effective_from_ms: effectiveFromMs } = row;
  if (policyId === null || version === null || scope === null || type === null || effectiveFromMs === null) return null;
  return {
    policyId,
    version,
    scope,
    siteId: row.policy_site_id,
    itemClass: row.policy_item_class,
    type,
    parameters: parameters ?? {},
    effectiveFromMs,
    createdBy: row.created_by ?? '',
    reason: row.reason,
  };
}
