import type { AlertKind, AlertSeverity } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import type { Db } from '../database/open-database.ts';

/** Something that somebody should know of, as the database says it now. */
export interface Condition {
  tenantId: string;
  siteId: string | null;
  kind: AlertKind;
  subject: string;
  severity: AlertSeverity;
  title: string;
  detail: string;
  orderId: string | null;
  binId: string | null;
}

/** An order may wait so long for its approval, a receipt for its confirmation, a system be away, before somebody is told. */
const PATIENCE_MS = 15 * 60_000;
/** A supplier that was asked to hurry answers within a day, or is called. */
const URGED_ANSWER_MS = 86_400_000;
/** So long events may wait for a system that takes others. */
const EVENTS_WAIT_MS = 3_600_000;
/** An event that was given up is told so long; a replay ends it before. */
const GIVEN_UP_TOLD_MS = 86_400_000;
const CONDITIONS_MAX = 50_000;

/**
 * Everything that is wrong now, over all tenants. Alerts follow what is, not what happened: nothing is lost in a crash, and
 * a value that flaps is one condition, since its subject is the episode, not the reading (the bin, until there is one).
 */
export async function findConditions(db: Db, nowMs: number): Promise<Condition[]> {
  const { rows } = await sql<Condition>`
    select l.tenant_id as "tenantId", l.site_id as "siteId", 'LOW_STOCK' as kind,
           coalesce(e.episode_id::text, 'bin ' || l.site_id || '/' || l.bin_id) as subject,
           case when l.on_hand = 0 then 'critical' else 'warning' end as severity,
           i.name || case when l.on_hand = 0 then ' is out of stock' else ' is below its safety stock' end as title,
           'Bin ' || b.name || ': ' || l.on_hand || ' ' || i.unit || ' left. '
             || coalesce(il.because, 'Nothing was decided yet') as detail,
           null::uuid as "orderId", l.bin_id as "binId"
    from stock_level l
    join item i using (tenant_id, item_id)
    join item_location il using (tenant_id, site_id, bin_id)
    join bin b using (tenant_id, site_id, bin_id)
    left join episode e on e.tenant_id = l.tenant_id and e.site_id = l.site_id and e.bin_id = l.bin_id
      and e.item_id = l.item_id and e.closed_at_ms is null
    where l.status in ('BELOW_SAFETY', 'OUT_OF_STOCK')
      and (e.snoozed_until_ms is null or e.snoozed_until_ms < ${nowMs})
    union all
    select c.tenant_id, c.site_id, 'SENSOR_DOUBT', 'bin ' || c.site_id || '/' || c.bin_id, 'warning',
           'To be counted: ' || i.name || ' in ' || b.name, c.reason, null, c.bin_id
    from counting_task c
    join bin b using (tenant_id, site_id, bin_id)
    join item i on i.tenant_id = b.tenant_id and i.item_id = b.item_id
    where c.closed_at_ms is null
    union all
    select o.tenant_id, o.site_id, 'ORDER_TROUBLE', o.order_id::text,
           case when o.escalation_level >= 3 or o.status = 'ON_HOLD' then 'critical' else 'warning' end,
           'Order ' || o.order_number || ' to ' || s.name || ' needs somebody', o.attention, o.order_id, null
    from purchase_order o join supplier s using (tenant_id, supplier_id)
    where o.closed_at_ms is null and o.attention is not null
    union all
    select o.tenant_id, o.site_id, 'ORDER_TROUBLE', o.order_id::text, 'warning',
           'Order ' || o.order_number || ' to ' || s.name || ' needs somebody',
           'The supplier was asked to deliver it earlier and has not answered', o.order_id, null
    from purchase_order o join supplier s using (tenant_id, supplier_id)
    where o.closed_at_ms is null and o.attention is null and o.urged_at_ms < ${nowMs - URGED_ANSWER_MS}
    union all
    select o.tenant_id, o.site_id, 'ORDER_WAITS_FOR_APPROVAL', o.order_id::text, 'warning',
           'Order ' || o.order_number || ' waits for approval', o.sentence, o.order_id, null
    from purchase_order o
    where o.status = 'PENDING_APPROVAL' and o.created_at_ms < ${nowMs - PATIENCE_MS}
    union all
    select r.tenant_id, r.site_id, 'RECEIPT_TO_CONFIRM', r.receipt_id::text, 'warning',
           'A delivery of order ' || o.order_number || ' is to be confirmed', 'The scale saw it arrive', o.order_id, null
    from order_receipt r join purchase_order o using (order_id)
    where r.status = 'PROPOSED' and r.created_at_ms < ${nowMs - PATIENCE_MS}
    union all
    select s.tenant_id, null, 'WEBHOOK_FAILING', 'subscription ' || s.subscription_id,
           case when s.disabled_at_ms is not null or given_up.one then 'critical' else 'warning' end,
           'Events do not reach the system ' || s.subscription_id,
           case when s.disabled_at_ms is not null then 'It was switched off: ' || coalesce(s.disabled_because, 'by hand')
                when given_up.one then 'Events were given up; replay them when it takes events again'
                when s.failing_since_ms is not null then 'It takes none'
                else 'The oldest event has waited for more than an hour' end
             || coalesce('. Last answer: ' || s.last_error, ''), null, null
    from event_subscription s
    cross join lateral (select exists (select from webhook_delivery d
      where d.tenant_id = s.tenant_id and d.subscription_id = s.subscription_id and d.state = 'dead'
        and d.ended_at_ms > ${nowMs - GIVEN_UP_TOLD_MS}) as one) given_up
    left join lateral (select d.created_at_ms from webhook_delivery d
      where d.tenant_id = s.tenant_id and d.subscription_id = s.subscription_id and d.state = 'waiting'
      order by d.place limit 1) oldest on true
    where s.disabled_at_ms is not null or given_up.one or s.failing_since_ms <= ${nowMs - PATIENCE_MS}
      or oldest.created_at_ms <= ${nowMs - EVENTS_WAIT_MS}
    order by 1, 3, 4 limit ${CONDITIONS_MAX}`.execute(db);
  return rows;
}
