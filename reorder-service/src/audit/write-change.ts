import type { Tx } from '../database/with-tenant.ts';

/**
 * Writes what a person changed that money depends on (rules, policies, channels), old and new, into the append-only
 * trail, in the transaction of the change. Orders have a trail of their own (order_event).
 */
export async function writeChange(
  tx: Tx,
  change: { tenantId: string; actor: string; what: string; id: string; before: unknown; after: unknown; atMs: number },
): Promise<void> {
  await tx
    .insertInto('audit_event')
    .values({
      tenant_id: change.tenantId,
      at_ms: change.atMs,
      actor: change.actor,
      what: change.what,
      subject_id: change.id,
      details: JSON.stringify({ before: change.before, after: change.after }),
    })
    .execute();
}
