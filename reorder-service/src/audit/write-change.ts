import type { Tx } from '../database/with-tenant.ts';

interface Event {
  tenantId: string;
  actor: string;
  what: string;
  /** Of what it was done to. */
  id: string;
  atMs: number;
}

/**
 * Writes what a person changed that money or access depends on (rules, policies, people, channels), old and new, into the
 * append-only trail, in the transaction of the change. Orders have a trail of their own (order_event).
 */
export async function writeChange(tx: Tx, change: Event & { before: unknown; after: unknown }): Promise<void> {
  await writeEvent(tx, { ...change, details: { before: change.before, after: change.after } });
}

/** Writes what a person did that is no change, such as a sign-in. */
export async function writeEvent(tx: Tx, event: Event & { details: object }): Promise<void> {
  await tx
    .insertInto('audit_event')
    .values({
      tenant_id: event.tenantId,
      at_ms: event.atMs,
      actor: event.actor,
      what: event.what,
      subject_id: event.id,
      details: JSON.stringify(event.details),
    })
    .execute();
}
