import type { PolicyScopeBody } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import type { PolicyScope } from '../catalogue/scoped-policy.ts';
import type { Tx } from '../database/with-tenant.ts';
import { policySchema, type Policy } from '../replenishment/policy.ts';

export interface PolicyRefused {
  ok: false;
  code: 'NOT_FOUND' | 'REQUEST_INVALID';
  detail: string;
  problems?: { where: string; what: string }[];
}

/** The policy that a body holds, or every problem with it, each with its place in the body. */
export function readPolicy(
  body: Readonly<Record<string, unknown>> | null,
): { ok: true; policy: Policy | null } | PolicyRefused {
  if (body === null) return { ok: true, policy: null };
  const parsed = policySchema.safeParse(body);
  if (parsed.success) return { ok: true, policy: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => ({
    where: ['body', 'policy', ...path].join('.'),
    what: message,
  }));
  return { ok: false, code: 'REQUEST_INVALID', detail: 'The policy is not of the form described', problems };
}

export function scopeOf(body: PolicyScopeBody): PolicyScope {
  if (body.scope === 'item') return { scope: 'item', itemId: body.itemId, siteId: body.siteId };
  if (body.scope === 'class') return { scope: 'class', itemClass: body.itemClass, siteId: body.siteId };
  return body;
}

/** @returns false where there is nothing that a policy of this scope could hold for */
export async function isKnown(tx: Tx, tenantId: string, scope: PolicyScope): Promise<boolean> {
  const siteId = 'siteId' in scope ? (scope.siteId ?? null) : null;
  const { rows } = await sql<{ known: boolean }>`
    select (${siteId}::text is null or exists (
             select from site where tenant_id = ${tenantId} and site_id = ${siteId}))
       and (${scope.scope !== 'bin'} or exists (select from bin where tenant_id = ${tenantId} and site_id = ${siteId}
             and bin_id = ${scope.scope === 'bin' ? scope.binId : null}))
       and (${scope.scope !== 'item'} or exists (select from item where tenant_id = ${tenantId}
             and item_id = ${scope.scope === 'item' ? scope.itemId : null}))
       and (${scope.scope !== 'class'} or exists (select from item where tenant_id = ${tenantId}
             and item_class = ${scope.scope === 'class' ? scope.itemClass : null})) as known`.execute(tx);
  return rows[0]?.known ?? false;
}
