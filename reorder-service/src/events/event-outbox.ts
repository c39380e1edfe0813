import type { OrderEvent, StockEvent } from '@shelfwire/contract';
import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import type { BusinessEvent } from '../webhooks/cloud-event.ts';

interface Site {
  tenantId: string;
  siteId: string;
}

/**
 * Writes events in the transaction of what they tell about, many to a row; the publisher sends them afterwards, at least
 * once. Each event's `eventId` is made here and stays. Where customers' systems listen, a second row is for them: they
 * have a queue of their own, and the one statement is all that they cost the ledger.
 */
export async function enqueueEvents(
  tx: Tx,
  { tenantId, siteId }: Site,
  topic: string,
  events: readonly (OrderEvent | StockEvent)[],
  nowMs: number,
): Promise<void> {
  if (events.length === 0) return;
  await sql`
    insert into message_outbox (tenant_id, site_id, channel, recipient, payload, created_at_ms, next_attempt_at_ms)
    select ${tenantId}, ${siteId}, way.channel, case way.channel when 'mqtt' then ${topic} else '' end,
           ${JSON.stringify({ events })}::jsonb, ${nowMs}::bigint, ${nowMs}::bigint
    from (values ('mqtt'), ('webhook')) way(channel)
    where way.channel = 'mqtt' or ${someoneListens(tenantId)}`.execute(tx);
}

/** The same for what only customers' systems are told. `siteId` '' is for what concerns no single site. */
export async function tellCustomers(
  tx: Tx,
  { tenantId, siteId }: Site,
  events: readonly BusinessEvent[],
  nowMs: number,
): Promise<void> {
  if (events.length === 0) return;
  await sql`
    insert into message_outbox (tenant_id, site_id, channel, recipient, payload, created_at_ms, next_attempt_at_ms)
    select ${tenantId}, ${siteId}, 'webhook', '', ${JSON.stringify({ events })}::jsonb, ${nowMs}::bigint, ${nowMs}::bigint
    where ${someoneListens(tenantId)}`.execute(tx);
}

function someoneListens(tenantId: string) {
  return sql`exists (select from event_subscription e where e.tenant_id = ${tenantId} and e.disabled_at_ms is null)`;
}
