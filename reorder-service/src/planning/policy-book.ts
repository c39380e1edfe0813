import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';

import type { PolicyVersion, PutPolicy } from '@shelfwire/contract/api';
import { sql, type RawBuilder } from 'kysely';

import { writeChange } from '../audit/write-change.ts';
import { resolvePolicies } from '../catalogue/resolve-policies.ts';
import { policyIdOf } from '../catalogue/scoped-policy.ts';
import { catalogueChanged } from '../catalogue/seed.ts';
import { writePolicy } from '../catalogue/write-policy.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { tellCustomers } from '../events/event-outbox.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import type { Policy } from '../replenishment/policy.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { isKnown, readPolicy, scopeOf, type PolicyRefused } from './policy-scopes.ts';
import { forgetSuggestions } from './policy-suggestions.ts';
import type { BusinessEvent } from '../webhooks/cloud-event.ts';

export interface PolicyListQuery {
  policyId?: string | undefined;
  siteId?: string | undefined;
  scope?: PolicyVersion['scope'] | undefined;
  state?: PolicyVersion['state'] | undefined;
  cursor?: string | undefined;
  limit: number;
}

export type PutPolicyResult = { ok: true; policyId: string; version: number; changed: boolean } | PolicyRefused;

/** Policies as people see and set them. A change is a new version, with who, when and why. */
@Injectable()
export class PolicyBook {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly touched: TouchedBins,
  ) {}

  /** @throws ShelfwireError CURSOR_INVALID */
  async list(tenantId: string, query: PolicyListQuery): Promise<Page<PolicyVersion>> {
    const nowMs = this.clock();
    const conditions = [sql`true`];
    if (query.policyId !== undefined) conditions.push(sql`v.policy_id = ${query.policyId}`);
    if (query.siteId !== undefined) conditions.push(sql`v.site_id = ${query.siteId}`);
    if (query.scope !== undefined) conditions.push(sql`v.scope = ${query.scope}`);
    if (query.state !== undefined) conditions.push(sql`v.state = ${query.state}`);
    if (query.cursor !== undefined) {
      const [policyId, version] = readCursor(query.cursor, 2);
      conditions.push(
        sql`(v.policy_id > ${policyId} or v.policy_id = ${policyId} and v.version < ${Number(version)}::int)`,
      );
    }
    const { rows } = await withTenant(this.db, tenantId, (tx) =>
      versionRows(tenantId, conditions, nowMs, query.limit + 1).execute(tx),
    );
    return pageOf(rows, query.limit, { item: (row) => row, key: (row) => [row.policyId, row.version] });
  }

  /** Written, in the audit trail and, if its time has come, in effect for its bins, all at once. */
  async put(tenantId: string, body: PutPolicy, by: string): Promise<PutPolicyResult> {
    const read = readPolicy(body.policy);
    if (!read.ok) return read;
    const { policy } = read;
    const nowMs = this.clock();
    const scope = scopeOf(body.scope);
    const done = await withTenant(this.db, tenantId, async (tx) => {
      if (!(await isKnown(tx, tenantId, scope))) return undefined;
      const before = await newestOf(tx, tenantId, policyIdOf(scope));
      const effectiveFromMs = body.effectiveFromMs === undefined ? undefined : Math.max(nowMs, body.effectiveFromMs);
      const written = await writePolicy(
        tx,
        { tenantId, scope, policy, effectiveFromMs, reason: body.reason },
        { nowMs, by },
      );
      if (!written.changed) return { written, bins: [] };
      const after = { ...policy, effectiveFromMs: effectiveFromMs ?? nowMs, reason: body.reason };
      const trail = { tenantId, actor: by, what: 'PolicyChanged', id: written.policyId, before, after, atMs: nowMs };
      await writeChange(tx, trail);
      await tellCustomers(
        tx,
        { tenantId, siteId: 'siteId' in scope ? (scope.siteId ?? '') : '' },
        [changed(written, body, by, nowMs)],
        nowMs,
      );
      const bins = await resolvePolicies(tx, tenantId, nowMs);
      if (bins.length > 0) {
        await catalogueChanged(tx, tenantId);
        await forgetSuggestions(tx, tenantId, bins);
      }
      return { written, bins };
    });
    if (!done) return { ok: false, code: 'NOT_FOUND', detail: 'There is nothing that this policy could hold for' };
    for (const [siteId, bins] of Map.groupBy(done.bins, (bin) => bin.siteId)) {
      this.touched.touch(
        { tenantId, siteId },
        bins.map((bin) => bin.binId),
        'later',
      );
    }
    return { ok: true, ...done.written };
  }
}

function changed(
  { policyId, version }: { policyId: string; version: number },
  body: PutPolicy,
  by: string,
  nowMs: number,
): BusinessEvent {
  const details = { policyId, version, ...body, effectiveFromMs: Math.max(nowMs, body.effectiveFromMs ?? nowMs), by };
  const subject = `policies/${policyId}`;
  return { schema: 'business/1', eventId: randomUUID(), name: 'policy.changed', subject, atMs: nowMs, details };
}

async function newestOf(tx: Tx, tenantId: string, policyId: string): Promise<(Partial<Policy> & object) | null> {
  const row = await tx
    .selectFrom('policy')
    .select(['type', 'parameters', 'effective_from_ms as effectiveFromMs'])
    .where('tenant_id', '=', tenantId)
    .where('policy_id', '=', policyId)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? { ...row.parameters, type: row.type as Policy['type'] } : null;
}

/** Versions as people see them; `v` is the version, with its state, in the conditions. */
export function versionRows(tenantId: string, conditions: RawBuilder<unknown>[], nowMs: number, limit: number) {
  return sql<PolicyVersion>`
    select v.policy_id as "policyId", v.version, v.scope, v.site_id as "siteId", v.bin_id as "binId",
           v.item_id as "itemId", v.item_class as "itemClass", v.type, v.parameters,
           v.effective_from_ms as "effectiveFromMs", v.created_at_ms as "createdAtMs", v.created_by as "createdBy",
           v.reason, v.state,
           (select count(*)::int from item_location il where il.tenant_id = v.tenant_id
              and il.policy_id = v.policy_id and il.policy_version = v.version) as bins
    from (
      select p.*, case when p.effective_from_ms > ${nowMs}::bigint then 'scheduled'
        when row_number() over (partition by p.policy_id, p.effective_from_ms <= ${nowMs}::bigint
                                order by p.effective_from_ms desc, p.version desc) = 1 then 'in-effect'
        else 'past' end as state
      from policy p where p.tenant_id = ${tenantId}) v
    where ${sql.join(conditions, sql` and `)}
    order by v.policy_id, v.version desc
    limit ${limit}`;
}
