import type { OrderStatus } from '@shelfwire/contract';

import type { Tx } from '../database/with-tenant.ts';
import { enqueueOrder } from '../suppliers/order-outbox.ts';
import type { Order } from './order.ts';
import { changeOrder, writeAudit } from './order-store.ts';

export interface Approver {
  userId: string;
  email: string;
  role: string;
}

export type ApprovalResult =
  | { ok: true; orderId: string; status: OrderStatus }
  | { ok: false; code: 'ORDER_STATUS_CONFLICT' | 'LINE_NOT_FOUND' | 'APPROVAL_NOT_ALLOWED'; detail: string };

interface Rule {
  rule_id: string;
  required_role: string;
  approvals: number;
}

/** Who approves where no rule speaks. */
const DEFAULT_RULE: Rule = { rule_id: 'default', required_role: 'buyer', approvals: 1 };
const RANK: Readonly<Record<string, number>> = { viewer: 0, operator: 1, buyer: 2, admin: 3 };

/**
 * One person's approval of a locked order. The strictest rule that its amount and item classes meet says who may and
 * how many must; without a rule, one buyer. The same person counts once.
 */
export async function approve(tx: Tx, order: Order, person: Approver, nowMs: number): Promise<ApprovalResult> {
  const rule = (await strictestRule(tx, order)) ?? DEFAULT_RULE;
  if ((RANK[person.role] ?? -1) < (RANK[rule.required_role] ?? RANK['admin'] ?? 0)) {
    const detail = `order ${order.orderNumber} needs the approval of a ${rule.required_role}`;
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
  if (given.length < rule.approvals) {
    const note = `${given.length} of ${rule.approvals} approvals (rule ${rule.rule_id})`;
    await writeAudit(tx, order, [{ status: order.status, event: 'ApprovalGiven', note }], by);
    return { ok: true, orderId: order.orderId, status: order.status };
  }
  const approved = await changeOrder(tx, order, { kind: 'approve' }, by);
  if (!approved.ok) return approved;
  await enqueueOrder(tx, approved.order, nowMs);
  return { ok: true, orderId: order.orderId, status: approved.order.status };
}

/** @returns the strictest of the tenant's rules that this order meets; undefined if it meets none */
export async function strictestRule(tx: Tx, order: Order): Promise<Rule | undefined> {
  const { amount_cents: amountCents } = await tx
    .selectFrom('purchase_order')
    .select('amount_cents')
    .where('order_id', '=', order.orderId)
    .executeTakeFirstOrThrow();
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
  const rules = await tx.selectFrom('approval_rule').selectAll().where('tenant_id', '=', order.tenantId).execute();
  // An unknown price may be any: it meets every threshold.
  const meets = rules.filter(
    (rule) =>
      (amountCents === null || amountCents >= rule.min_amount_cents) &&
      (rule.item_class === null || itemClasses.has(rule.item_class)),
  );
  const strictness = (rule: Rule): number => rule.approvals * 10 + (RANK[rule.required_role] ?? 9);
  return meets.toSorted((a, b) => strictness(b) - strictness(a))[0];
}
