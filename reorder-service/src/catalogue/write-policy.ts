import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import type { Policy } from '../replenishment/policy.ts';
import { policyIdOf, type PolicyScope } from './scoped-policy.ts';

export interface PolicyToWrite {
  tenantId: string;
  scope: PolicyScope;
  /** null: from then on nothing holds at this scope, and the next wider one does. */
  policy: Policy | null;
  /** When it takes effect; now, if not given. */
  effectiveFromMs?: number | undefined;
  reason?: string | null;
}

/** Who wrote a version that a job computed, and one that stood in the catalogue. */
export const COMPUTED_BY = 'service level';
const CATALOGUE = 'catalogue';

/** Stands in the table for "nothing holds here any more". */
export const INHERIT = 'INHERIT';

/**
 * Writes a policy as a new version. Versions are never changed; the one that took effect last holds. Nothing is written
 * if the newest version says the same, so that it may be repeated.
 * @returns the version, and whether it is new
 */
export async function writePolicy(
  tx: Tx,
  { tenantId, scope, policy, effectiveFromMs, reason = null }: PolicyToWrite,
  at: { nowMs: number; by: string },
): Promise<{ policyId: string; version: number; changed: boolean }> {
  const { type, ...parameters } = policy ?? { type: INHERIT };
  const policyId = policyIdOf(scope);
  const place = {
    siteId: 'siteId' in scope ? (scope.siteId ?? null) : null,
    binId: scope.scope === 'bin' ? scope.binId : null,
    itemId: scope.scope === 'item' ? scope.itemId : null,
    itemClass: scope.scope === 'class' ? scope.itemClass : null,
  };
  const fromMs = effectiveFromMs ?? null;
  const text = JSON.stringify(parameters);
  // A date that is not given is no change of it. Numbers that a job computed are not what a person wrote; and the
  // catalogue, which is read at every start, must not undo what a person has set since: it counts only when it changed.
  const { rows } = await sql<{ version: number }>`
    insert into policy (tenant_id, policy_id, version, scope, site_id, bin_id, item_id, item_class, type, parameters,
                        effective_from_ms, created_at_ms, created_by, reason)
    select ${tenantId}, ${policyId}, coalesce(max(version), 0) + 1, ${scope.scope}, ${place.siteId}, ${place.binId},
           ${place.itemId}, ${place.itemClass}, ${type}, ${text}::jsonb, ${fromMs ?? at.nowMs}::bigint, ${at.nowMs}::bigint,
           ${at.by}, ${reason}
    from policy where tenant_id = ${tenantId} and policy_id = ${policyId}
    having not coalesce((array_agg(type = ${type} and parameters = ${text}::jsonb
                                   and (${fromMs}::bigint is null or effective_from_ms = ${fromMs}::bigint)
                                   order by version desc)
      filter (where ${at.by === CATALOGUE} and created_by = ${CATALOGUE}
                 or ${at.by !== CATALOGUE} and created_by <> ${COMPUTED_BY}))[1], false)
    returning version`.execute(tx);
  const [written] = rows;
  if (written) return { policyId, version: written.version, changed: true };
  const { version } = await tx
    .selectFrom('policy')
    .select((eb) => eb.fn.max('version').as('version'))
    .where('tenant_id', '=', tenantId)
    .where('policy_id', '=', policyId)
    .executeTakeFirstOrThrow();
  return { policyId, version, changed: false };
}
