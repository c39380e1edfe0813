import type { OrderStatus } from '@shelfwire/contract';
import type { ApprovalRule } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import { enqueueOrder } from '../suppliers/order-outbox.ts';
import { DEFAULT_RULE, mayApprove, meetsRule, strictestOf } from './approval-rule.ts';
import { listRules } from './approval-rules.ts';
import type { Order } from './order.ts';
import { changeOrder, episodesOf, writeAudit } from './order-store.ts';

export interface Approver {
  userId: string;
  email: string;
  role: string;
}

export type ApprovalResult =
  | { ok: true; orderId: string; status: OrderStatus }
  | { ok: false; code: 'ORDER_STATUS_CONFLICT' | 'LINE_NOT_FOUND' | 'APPROVAL_NOT_ALLOWED'; detail: string };

/** Orders to one supplier so close together are looked at as one. */
const SPLIT_WITHIN_MS = 86_400_000;

/**
 * One person's approval of a locked order. The strictest rule that its amount and item classes meet says who may and
 * how many must; without a rule, one buyer. The same person counts once, and under a rule whoever changed the order last
 * is never the only one.
 */
export async function approve(tx: Tx, order: Order, person: Approver, nowMs: number): Promise<ApprovalResult> {
  const rule = (await strictestRule(tx, order)) ?? DEFAULT_RULE;
  if (!mayApprove(person.role, rule.requiredRole)) {
    const detail = `order ${order.orderNumber} needs the approval of a ${rule.requiredRole}`;
    return { ok: false, code: 'APPROVAL_NOT_ALLOWED', detail };
  }
  if (order.status !== 'DRAFT' && order.status !== 'PENDING_APPROVAL') {
    return { ok: false, code: 'ORDER_STATUS_CONFLICT', detail: `order ${order.orderNumber} is ${order.status}` };
  }
  await tx
    .insertInto('order_approval')
    .values({ order_id: order.orderId, tenant_id: order.tenantId, user_id: person.userId, approved_at_ms: nowMs })
    .onConflict((oc) => oc.doNothing())
    .execute();
  const given = await tx.selectFrom('order_approval').select('user_id').where('order_id', '=', order.orderId).execute();
  const by = { actor: person.email, nowMs };
  const onlyOwn = rule !== DEFAULT_RULE && given.every(({ user_id: userId }) => userId === order.changedBy);
  if (given.length < rule.approvals || onlyOwn) {
    const another = onlyOwn ? '; somebody else than who changed it must approve too' : '';
    const note = `${given.length} of ${rule.approvals} approvals (rule ${rule.ruleId})${another}`;
    await writeAudit(tx, order, [{ status: order.status, event: 'ApprovalGiven', note }], by);
    return { ok: true, orderId: order.orderId, status: order.status };
  }
  const approved = await changeOrder(tx, order, { kind: 'approve' }, by);
  if (!approved.ok) return approved;
  await enqueueOrder(tx, approved.order, nowMs);
  return { ok: true, orderId: order.orderId, status: approved.order.status };
}

/** @returns the strictest of the tenant's rules that this order meets; undefined if it meets none */
export async function strictestRule(tx: Tx, order: Order): Promise<ApprovalRule | undefined> {
  const rules = await listRules(tx, order.tenantId);
  if (rules.length === 0) return undefined;
  const amountCents = await amountToApprove(tx, order);
  const classes = await tx
    .selectFrom('item')
    .select('item_class')
    .where('tenant_id', '=', order.tenantId)
    .where(
      'item_id',
      'in',
      order.lines.map((line) => line.itemId),
    )
    .execute();
  const itemClasses = new Set(classes.map((row) => row.item_class));
  return strictestOf(rules.filter((rule) => meetsRule(rule, { amountCents, itemClasses })));
}

/**
 * What the rules look at: this order, with all others for the same needs, or with all others to the same supplier within
 * a day, whichever is more. So an order that is split, by the supplier's maximum or by a person, evades no rule.
 * @returns null if the price of this order is not known
 */
async function amountToApprove(tx: Tx, order: Order): Promise<number | null> {
  const episodeIds = episodesOf(order);
  const { rows } = await sql<{ own: number | null; of_needs: number; of_day: number }>`
    with this as (select * from purchase_order where order_id = ${order.orderId}),
    other as (
      select o.amount_cents, o.supplier_id = this.supplier_id
               and o.created_at_ms between this.created_at_ms - ${SPLIT_WITHIN_MS} and this.created_at_ms + ${SPLIT_WITHIN_MS} as of_day,
             exists (select from purchase_order_line l where l.order_id = o.order_id
                     and l.episode_id = any(${episodeIds}::uuid[])) as of_needs
      from purchase_order o, this
      where o.tenant_id = this.tenant_id and o.order_id <> this.order_id
        and o.status not in ('CANCELLED', 'REJECTED')
        and (o.created_at_ms >= this.created_at_ms - ${SPLIT_WITHIN_MS}
             or o.order_id in (select order_id from purchase_order_line where episode_id = any(${episodeIds}::uuid[])))
    )
    select this.amount_cents as own,
           coalesce((select sum(amount_cents) from other where other.of_needs), 0)::bigint as of_needs,
           coalesce((select sum(amount_cents) from other where other.of_day), 0)::bigint as of_day
    from this`.execute(tx);
  const [sums] = rows;
  if (!sums || sums.own === null) return null;
  return sums.own + Math.max(sums.of_needs, sums.of_day);
}
