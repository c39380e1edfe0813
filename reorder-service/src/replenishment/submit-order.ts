import type { OrderStatus } from '@shelfwire/contract';
import type { ApprovalRule } from '@shelfwire/contract/api';

import type { Tx } from '../database/with-tenant.ts';
import { describeRule } from '../orders/approval-rule.ts';
import { strictestRule } from '../orders/approve.ts';
import { writeAudit } from '../orders/order-store.ts';
import type { AuditEntry, Order } from '../orders/order.ts';
import { enqueueOrder } from '../suppliers/order-outbox.ts';
import { overBudget } from './budget.ts';

/** What stands against sending an order by itself; undefined: nothing. */
interface Objections {
  rule?: ApprovalRule | undefined;
  /** Why a budget has no room for it. */
  budget?: string | undefined;
}

/**
 * Approves a draft, or has it wait for a person: where a policy wants one, a rule that the order meets, or a budget that
 * it would exceed. What waits says why.
 */
export async function submitOrder(tx: Tx, draft: Order, autoApprove: boolean, nowMs: number): Promise<Order> {
  const objections = { rule: await strictestRule(tx, draft), budget: await overBudget(tx, draft, nowMs) };
  const { order, entry } = submitted(draft, autoApprove, objections, nowMs);
  const { status, approvedAtMs, attention } = order;
  await tx
    .updateTable('purchase_order')
    .set({ status, approved_at_ms: approvedAtMs, attention, gather_until_ms: null })
    .where('order_id', '=', draft.orderId)
    .execute();
  await writeAudit(tx, order, [entry], { actor: 'policy', nowMs });
  if (status === 'APPROVED') await enqueueOrder(tx, order, nowMs);
  return order;
}

/** The order as it is after it was submitted, and what its trail says of that. Pure. */
export function submitted(
  draft: Order,
  autoApprove: boolean,
  { rule, budget }: Objections,
  nowMs: number,
): { order: Order; entry: AuditEntry } {
  const status: OrderStatus = autoApprove && !rule && !budget ? 'APPROVED' : 'PENDING_APPROVAL';
  const order: Order = {
    ...draft,
    status,
    approvedAtMs: status === 'APPROVED' ? nowMs : null,
    attention: budget ?? draft.attention,
  };
  if (status === 'APPROVED')
    return { order, entry: { status, event: 'OrderApproved', note: 'by the policy (autoApprove)' } };
  const wanted = rule ? [describeRule(rule)] : [];
  const notes = [...(budget === undefined ? [] : [budget]), ...wanted];
  return { order, entry: { status, event: 'ApprovalRequested', note: notes.length > 0 ? notes.join('; ') : null } };
}
