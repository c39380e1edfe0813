import type { OrderEvent, StockEvent } from '@shelfwire/contract';

import type { Tx } from '../database/with-tenant.ts';

/**
 * Writes events in the transaction of what they tell about, many to a row; the publisher sends them afterwards, at least
 * once. Each event's `eventId` is made here and stays.
 */
export async function enqueueEvents(
  tx: Tx,
  site: { tenantId: string; siteId: string },
  topic: string,
  events: readonly (OrderEvent | StockEvent)[],
  nowMs: number,
): Promise<void> {
  if (events.length === 0) return;
  await tx
    .insertInto('message_outbox')
    .values({
      tenant_id: site.tenantId,
      site_id: site.siteId,
      channel: 'mqtt',
      recipient: topic,
      order_id: null,
      payload: JSON.stringify({ events }),
      created_at_ms: nowMs,
      next_attempt_at_ms: nowMs,
    })
    .execute();
}
