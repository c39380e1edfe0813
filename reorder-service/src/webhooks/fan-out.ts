import { sql } from 'kysely';

import type { Db } from '../database/open-database.ts';
import type { Tx } from '../database/with-tenant.ts';
import { matchesType, toOutwardEvent, type TellableEvent } from './cloud-event.ts';

const ROWS_AT_ONCE = 100;
/** Of one outbox row; a batch of readings has fewer. */
const EVENTS_PER_ROW_MAX = 65_536;
/** Names the lock in the database under which the outbox is taken. */
const FAN_OUT_LOCK = 5_060_001;

export interface Bounds {
  waitingMax: number;
  giveUpAfterMs: number;
}

interface OutboxRow {
  tenant_id: string;
  site_id: string;
  position: number;
  payload: { events: TellableEvent[] };
}

interface Listener {
  tenant_id: string;
  subscription_id: string;
  types: string[];
  site_ids: string[];
  waiting: number;
}

interface NewDelivery {
  tenant_id: string;
  subscription_id: string;
  event_id: string;
  place: number;
  subject: string;
  event: string;
  state: 'waiting' | 'dead';
}

/**
 * Makes, of what waits in the outbox, one delivery for each subscription that wants it; both in one transaction, so that
 * none is lost and none made twice. One replica at a time, since the order of events about one thing is kept.
 * @returns how many rows were taken; fewer than asked for means that nothing is left
 */
export async function fanOut(db: Db, bounds: Bounds, nowMs: number): Promise<{ more: boolean }> {
  return db.transaction().execute(async (tx) => {
    const { rows: locks } = await sql<{ ok: boolean }>`select pg_try_advisory_xact_lock(${FAN_OUT_LOCK}) as ok`.execute(
      tx,
    );
    if (locks[0]?.ok !== true) return { more: false };
    const rows = await takeRows(tx);
    if (rows.length === 0) return { more: false };
    const listeners = await listenersOf(tx, [...new Set(rows.map((row) => row.tenant_id))], bounds.waitingMax);
    await insertDeliveries(tx, deliveriesOf(rows, listeners, bounds.waitingMax), bounds, nowMs);
    return { more: rows.length === ROWS_AT_ONCE };
  });
}

async function takeRows(tx: Tx): Promise<OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`
    delete from message_outbox where message_id in (
      select message_id from message_outbox
      where channel = 'webhook' and sent_at_ms is null and given_up_at_ms is null
      order by position limit ${ROWS_AT_ONCE})
    returning tenant_id, site_id, position, payload`.execute(tx);
  return rows.sort((a, b) => a.position - b.position);
}

async function listenersOf(tx: Tx, tenantIds: readonly string[], waitingMax: number): Promise<Listener[]> {
  const { rows } = await sql<Listener>`
    select s.tenant_id, s.subscription_id, s.types, s.site_ids,
           (select count(*)::int from (
              select from webhook_delivery d
              where d.tenant_id = s.tenant_id and d.subscription_id = s.subscription_id and d.state = 'waiting'
              limit ${waitingMax}) queued) as waiting
    from event_subscription s
    where s.disabled_at_ms is null and s.tenant_id = any(${tenantIds}::text[])`.execute(tx);
  return rows;
}

function deliveriesOf(rows: readonly OutboxRow[], listeners: readonly Listener[], waitingMax: number): NewDelivery[] {
  const waiting = new Map(listeners.map((listener) => [listener, listener.waiting]));
  return rows.flatMap((row) =>
    row.payload.events.flatMap((tellable, index) => {
      const event = toOutwardEvent(tellable, row.tenant_id, row.site_id);
      const text = JSON.stringify(event);
      return listeners.flatMap((listener): NewDelivery[] => {
        if (!wants(listener, row, event.type)) return [];
        const queued = waiting.get(listener) ?? 0;
        // Kept for a replay, so that a system that is away for long costs no more than so many rows in the queue.
        const state = queued < waitingMax ? 'waiting' : 'dead';
        if (state === 'waiting') waiting.set(listener, queued + 1);
        const { tenant_id, subscription_id } = listener;
        const place = row.position * EVENTS_PER_ROW_MAX + index;
        return [{ tenant_id, subscription_id, event_id: event.id, place, subject: event.subject, event: text, state }];
      });
    }),
  );
}

function wants(listener: Listener, row: OutboxRow, type: string): boolean {
  if (listener.tenant_id !== row.tenant_id) return false;
  const here = row.site_id === '' || listener.site_ids.length === 0 || listener.site_ids.includes(row.site_id);
  return here && matchesType(type, listener.types);
}

async function insertDeliveries(tx: Tx, deliveries: readonly NewDelivery[], bounds: Bounds, nowMs: number) {
  if (deliveries.length === 0) return;
  const column = <Key extends keyof NewDelivery>(key: Key): NewDelivery[Key][] => deliveries.map((each) => each[key]);
  await sql`
    insert into webhook_delivery (tenant_id, subscription_id, event_id, place, subject, event, state, created_at_ms,
                                  give_up_at_ms, next_attempt_at_ms, ended_at_ms, last_error)
    select t.tenant_id, t.subscription_id, t.event_id, t.place, t.subject, t.event, t.state, ${nowMs}::bigint,
           ${nowMs + bounds.giveUpAfterMs}::bigint, ${nowMs}::bigint,
           case t.state when 'dead' then ${nowMs}::bigint end,
           case t.state when 'dead' then 'too many events wait for this system' end
    from unnest(${column('tenant_id')}::text[], ${column('subscription_id')}::text[], ${column('event_id')}::text[],
                ${column('place')}::bigint[], ${column('subject')}::text[], ${column('event')}::jsonb[],
                ${column('state')}::text[])
      as t(tenant_id, subscription_id, event_id, place, subject, event, state)
    on conflict do nothing`.execute(tx);
}
