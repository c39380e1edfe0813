import { sql } from 'kysely';

import type { Db } from '../database/open-database.ts';

export interface ClaimedDelivery {
  tenant_id: string;
  subscription_id: string;
  event_id: string;
  /** As it is sent, and signed. */
  body: string;
  attempts: number;
  give_up_at_ms: number;
  url: string;
  secrets: string[];
  failures: number;
}

/** To one system at once; one that is slow holds up nobody but itself. */
const PER_SUBSCRIPTION = 8;
const SUBSCRIPTIONS_AT_ONCE = 16;

export function laneOf(row: { tenant_id: string; subscription_id: string }): string {
  return `${row.tenant_id}/${row.subscription_id}`;
}

/**
 * Takes deliveries that are due, by a lease. Of what is about one subject only the earliest that has not ended is taken:
 * a system never hears that an order was received before it hears that it was sent. Several replicas may claim at once.
 * @param busyLanes subscriptions that this replica is waiting for
 */
export async function claimDeliveries(
  db: Db,
  busyLanes: ReadonlySet<string>,
  { nowMs, leaseMs }: { nowMs: number; leaseMs: number },
): Promise<ClaimedDelivery[]> {
  const { rows } = await sql<ClaimedDelivery>`
    with lane as (
      select s.tenant_id, s.subscription_id from event_subscription s
      where s.disabled_at_ms is null and s.blocked_until_ms <= ${nowMs}
        and s.tenant_id || '/' || s.subscription_id <> all(${[...busyLanes]}::text[])
        and exists (select from webhook_delivery d where d.tenant_id = s.tenant_id
                    and d.subscription_id = s.subscription_id and d.state = 'waiting' and d.next_attempt_at_ms <= ${nowMs})
      limit ${SUBSCRIPTIONS_AT_ONCE}
    ), due as (
      select taken.* from lane cross join lateral (
        select d.tenant_id, d.subscription_id, d.event_id from webhook_delivery d
        where d.tenant_id = lane.tenant_id and d.subscription_id = lane.subscription_id and d.state = 'waiting'
          and d.next_attempt_at_ms <= ${nowMs}
          and not exists (
            select from webhook_delivery before
            where before.tenant_id = d.tenant_id and before.subscription_id = d.subscription_id
              and before.subject = d.subject and before.state = 'waiting' and before.place < d.place)
        order by d.place limit ${PER_SUBSCRIPTION} for update of d skip locked) taken
    )
    update webhook_delivery d set next_attempt_at_ms = ${nowMs + leaseMs}, attempts = d.attempts + 1
    from event_subscription s, due
    where s.tenant_id = d.tenant_id and s.subscription_id = d.subscription_id
      and (due.tenant_id, due.subscription_id, due.event_id) = (d.tenant_id, d.subscription_id, d.event_id)
    returning d.tenant_id, d.subscription_id, d.event_id, d.event::text as body, d.attempts, d.give_up_at_ms, s.url,
              s.failures, array_remove(array[s.secret,
                case when s.previous_secret_until_ms > ${nowMs} then s.previous_secret end], null) as secrets`.execute(
    db,
  );
  return rows;
}
