import { Inject, Injectable } from '@nestjs/common';
import type { EventDelivery } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { writeChange } from '../audit/write-change.ts';
import type { Config } from '../config.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { CLOCK, CONFIG, type Clock } from '../runtime/runtime.module.ts';

/** What became of each event for each system, and sending again what was given up. */
@Injectable()
export class EventDeliveries {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Newest first; undefined if there is no such subscription. @throws ShelfwireError CURSOR_INVALID */
  list(
    tenantId: string,
    subscriptionId: string,
    query: { state?: EventDelivery['state'] | undefined; cursor?: string | undefined; limit: number },
  ): Promise<Page<EventDelivery> | undefined> {
    return withTenant(this.db, tenantId, async (tx) => {
      if (!(await exists(tx, tenantId, subscriptionId))) return undefined;
      const [place, eventId] = query.cursor === undefined ? [null, null] : readCursor(query.cursor, 2);
      const { rows } = await sql<{ delivery: EventDelivery; place: number }>`
        select place, jsonb_build_object('eventId', event_id, 'state', state, 'attempts', attempts,
          'createdAtMs', created_at_ms, 'nextAttemptAtMs', case state when 'waiting' then next_attempt_at_ms end,
          'endedAtMs', ended_at_ms, 'lastError', last_error, 'event', event) as delivery
        from webhook_delivery
        where tenant_id = ${tenantId} and subscription_id = ${subscriptionId}
          and (${query.state ?? null}::text is null or state = ${query.state ?? null})
          and (${place}::bigint is null or (place, event_id) < (${place}::bigint, ${eventId}::text))
        order by place desc, event_id desc limit ${query.limit + 1}`.execute(tx);
      return pageOf(rows, query.limit, {
        item: (row) => row.delivery,
        key: (row) => [row.place, row.delivery.eventId],
      });
    });
  }

  /** @returns how many wait again; undefined if there is no such subscription */
  replay(
    tenantId: string,
    subscriptionId: string,
    eventIds: readonly string[] | 'all',
    by: string,
  ): Promise<number | undefined> {
    const nowMs = this.clock();
    const untilMs = nowMs + this.config.SHELFWIRE_WEBHOOK_GIVE_UP_AFTER_MS;
    return withTenant(this.db, tenantId, async (tx) => {
      if (!(await exists(tx, tenantId, subscriptionId))) return undefined;
      const chosen = eventIds === 'all' ? sql`true` : sql`event_id = any(${[...eventIds]}::text[])`;
      const { numAffectedRows } = await sql`
        update webhook_delivery
        set state = 'waiting', attempts = 0, ended_at_ms = null, next_attempt_at_ms = ${nowMs}, give_up_at_ms = ${untilMs}
        where tenant_id = ${tenantId} and subscription_id = ${subscriptionId} and state = 'dead' and ${chosen}`.execute(
        tx,
      );
      const replayed = Number(numAffectedRows ?? 0n);
      const change = { tenantId, actor: by, what: 'event-replay', id: subscriptionId, before: null, atMs: nowMs };
      await writeChange(tx, { ...change, after: { replayed, eventIds } });
      return replayed;
    });
  }
}

async function exists(tx: Tx, tenantId: string, subscriptionId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('event_subscription')
    .select('subscription_id')
    .where('tenant_id', '=', tenantId)
    .where('subscription_id', '=', subscriptionId)
    .executeTakeFirst();
  return row !== undefined;
}
