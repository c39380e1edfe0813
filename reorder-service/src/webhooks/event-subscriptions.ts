import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';

import type { EventSubscription, PutEventSubscription } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { writeChange } from '../audit/write-change.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { Outside } from '../outbound/outside.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { toOutwardEvent } from './cloud-event.ts';
import { newSecret } from './sign.ts';
import { outcomeOf, WebhookSender } from './webhook-sender.ts';

/** So long events are signed with the old secret as well. */
const OLD_SECRET_KEPT_MS = 86_400_000;
const SUBSCRIPTIONS_MAX = 50;

export type PutResult =
  | { ok: true; subscription: EventSubscription; secret: string | null }
  | { ok: false; where: string; detail: string };

/** Which systems of a customer are told what. */
@Injectable()
export class EventSubscriptions {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly sender: WebhookSender,
    private readonly outside: Outside,
  ) {}

  list(tenantId: string): Promise<EventSubscription[]> {
    return withTenant(this.db, tenantId, (tx) => read(tx, tenantId));
  }

  /** The secret is in the answer if it was made now. What waited for a disabled system is sent. */
  async put(tenantId: string, subscriptionId: string, body: PutEventSubscription, by: string): Promise<PutResult> {
    const refusal = this.outside.refusalOf(body.url);
    if (refusal !== undefined) return { ok: false, where: 'body.url', detail: refusal };
    const nowMs = this.clock();
    return withTenant(this.db, tenantId, async (tx): Promise<PutResult> => {
      const all = await read(tx, tenantId);
      const before = all.find((each) => each.subscriptionId === subscriptionId);
      if (!before && all.length >= SUBSCRIPTIONS_MAX) {
        return { ok: false, where: 'params.subscriptionId', detail: `there are ${SUBSCRIPTIONS_MAX} already` };
      }
      const wanted = { url: body.url, description: body.description, types: body.types, site_ids: body.siteIds };
      const secret = newSecret();
      const key = { tenant_id: tenantId, subscription_id: subscriptionId };
      const kept = await tx
        .insertInto('event_subscription')
        .values({ ...key, ...wanted, secret, created_at_ms: nowMs, created_by: by })
        .onConflict((oc) =>
          oc.columns(['tenant_id', 'subscription_id']).doUpdateSet({
            ...wanted,
            disabled_at_ms: null,
            disabled_because: null,
            failures: 0,
            failing_since_ms: null,
            blocked_until_ms: 0,
          }),
        )
        .returning('secret')
        .executeTakeFirstOrThrow();
      const change = { tenantId, actor: by, what: 'event-subscription', id: subscriptionId, atMs: nowMs };
      await writeChange(tx, { ...change, before: before ?? null, after: body });
      const [subscription] = await read(tx, tenantId, subscriptionId);
      if (!subscription) throw new Error('a subscription that was just written is not there');
      return { ok: true, subscription, secret: kept.secret === secret ? secret : null };
    });
  }

  /** @returns false if there is none */
  delete(tenantId: string, subscriptionId: string, by: string): Promise<boolean> {
    return withTenant(this.db, tenantId, async (tx) => {
      const [before] = await read(tx, tenantId, subscriptionId);
      if (!before) return false;
      await tx
        .deleteFrom('event_subscription')
        .where('tenant_id', '=', tenantId)
        .where('subscription_id', '=', subscriptionId)
        .execute();
      const change = { tenantId, actor: by, what: 'event-subscription', id: subscriptionId, atMs: this.clock() };
      await writeChange(tx, { ...change, before, after: null });
      return true;
    });
  }

  /** @returns the new secret; undefined if there is no such subscription */
  rotateSecret(tenantId: string, subscriptionId: string, by: string): Promise<string | undefined> {
    const nowMs = this.clock();
    return withTenant(this.db, tenantId, async (tx) => {
      const secret = newSecret();
      const { rows } = await sql`
        update event_subscription
        set previous_secret = secret, previous_secret_until_ms = ${nowMs + OLD_SECRET_KEPT_MS}, secret = ${secret}
        where tenant_id = ${tenantId} and subscription_id = ${subscriptionId} returning subscription_id`.execute(tx);
      if (rows.length === 0) return undefined;
      const change = { tenantId, actor: by, what: 'event-secret', id: subscriptionId, atMs: nowMs };
      await writeChange(tx, { ...change, before: null, after: null });
      return secret;
    });
  }

  /** @returns undefined if there is no such subscription */
  async test(tenantId: string, subscriptionId: string, by: string) {
    const row = await withTenant(this.db, tenantId, (tx) =>
      tx
        .selectFrom('event_subscription')
        .select(['url', 'secret'])
        .where('tenant_id', '=', tenantId)
        .where('subscription_id', '=', subscriptionId)
        .executeTakeFirst(),
    );
    if (!row) return undefined;
    const details = { by, note: 'a test: nothing happened' };
    const test = { schema: 'business/1', eventId: randomUUID(), name: 'test', subject: 'test', details } as const;
    const event = toOutwardEvent({ ...test, atMs: this.clock() }, tenantId, '');
    const answer = await this.sender.post({ url: row.url, secrets: [row.secret] }, event.id, JSON.stringify(event));
    return { ok: outcomeOf(answer) === 'delivered', detail: answer.detail };
  }
}

async function read(tx: Tx, tenantId: string, subscriptionId: string | null = null): Promise<EventSubscription[]> {
  const { rows } = await sql<EventSubscription>`
    select s.subscription_id as "subscriptionId", s.url, s.description, s.types, s.site_ids as "siteIds",
           s.created_at_ms as "createdAtMs", s.created_by as "createdBy", s.disabled_at_ms as "disabledAtMs",
           s.disabled_because as "disabledBecause", s.failures, s.last_error as "lastError",
           s.last_delivered_at_ms as "lastDeliveredAtMs", counted.waiting, counted.dead
    from event_subscription s cross join lateral (
      select count(*) filter (where d.state = 'waiting')::int as waiting,
             count(*) filter (where d.state = 'dead')::int as dead
      from webhook_delivery d
      where d.tenant_id = s.tenant_id and d.subscription_id = s.subscription_id and d.state <> 'delivered') counted
    where s.tenant_id = ${tenantId} and (${subscriptionId}::text is null or s.subscription_id = ${subscriptionId})
    order by s.subscription_id`.execute(tx);
  return rows;
}
