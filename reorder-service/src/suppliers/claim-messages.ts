import { sql } from 'kysely';

import type { SupplierChannel } from '../database/catalogue-tables.ts';
import type { Db } from '../database/open-database.ts';

export interface Claimed {
  message_id: string;
  tenant_id: string;
  order_id: string;
  recipient: string;
  kind: 'order' | 'cancellation' | 'reminder' | 'change';
  payload: Record<string, unknown>;
  attempts: number;
  endpoint: string;
  api_token: string;
  channel: SupplierChannel;
  /** Of the order's placing. */
  traceparent: string | null;
}

/** Of one supplier at once; a supplier that is slow holds up nobody but itself. */
const MESSAGES_PER_LANE = 4;
const LANES_AT_ONCE = 16;

export function laneOf(row: { tenant_id: string; recipient: string }): string {
  return `${row.tenant_id}/${row.recipient}`;
}

/**
 * Takes messages that are due, by a lease, a few of each supplier, the oldest first. Several replicas may claim at once: a row that another
 * one is taking, or whose order somebody is changing, is passed over.
 * @param busyLanes suppliers that this replica is waiting for
 */
export async function claimMessages(
  db: Db,
  busyLanes: ReadonlySet<string>,
  { nowMs, leaseMs }: { nowMs: number; leaseMs: number },
): Promise<Claimed[]> {
  const { rows } = await sql<Claimed & { position: number }>`
    with lane as (
      select distinct tenant_id, recipient from message_outbox
      where channel = 'supplier' and sent_at_ms is null and given_up_at_ms is null and next_attempt_at_ms <= ${nowMs}
        and tenant_id || '/' || recipient <> all(${[...busyLanes]}::text[])
      limit ${LANES_AT_ONCE}
    ), due as (
      select taken.message_id from lane cross join lateral (
        select o.message_id from message_outbox o join purchase_order po on po.order_id = o.order_id
        where o.channel = 'supplier' and o.tenant_id = lane.tenant_id and o.recipient = lane.recipient
          and o.sent_at_ms is null and o.given_up_at_ms is null and o.next_attempt_at_ms <= ${nowMs}
          and po.status not in ('CANCELLED', 'REJECTED', 'CLOSED') and (po.status <> 'ON_HOLD' or o.kind <> 'order')
        order by o.position limit ${MESSAGES_PER_LANE} for update of o, po skip locked) taken
    )
    update message_outbox m set next_attempt_at_ms = ${nowMs + leaseMs}, attempts = m.attempts + 1
    from supplier s
    where s.tenant_id = m.tenant_id and s.supplier_id = m.recipient and m.message_id in (select message_id from due)
    returning m.message_id, m.position, m.tenant_id, m.order_id, m.recipient, m.kind, m.payload, m.attempts,
              s.endpoint, s.api_token, s.channel,
              (select po.traceparent from purchase_order po where po.order_id = m.order_id) as traceparent`.execute(db);
  return rows.sort((a, b) => a.position - b.position); // what an update returns has no order
}
