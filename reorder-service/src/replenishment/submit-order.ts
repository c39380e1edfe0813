import { describeRule } from '../orders/approval-rule.ts';
import type { OrderStatus } from '@shelfwire/contract';

import type { Tx } from '../database/with-tenant.ts';
import { strictestRule } from '../orders/approve.ts';
import { writeAudit } from '../orders/order-store.ts';
import type { AuditEntry, Order } from '../orders/order.ts';
import { enqueueOrder } from '../suppliers/order-outbox.ts';
import { overBudget } from './budget.ts';

/**
 * Approves a draft, or has it wait for a person: where a policy wants one, a rule that the order meets, or a budget that
 * it would exceed. What waits says why.
 */
export async function submitOrder(tx: Tx, draft: Order, autoApprove: boolean, nowMs: number): Promise<Order> {
  const rule = await strictestRule(tx, draft);
  const budget = await overBudget(tx, draft, nowMs);
  const status: OrderStatus = autoApprove && !rule && !budget ? 'APPROVED' : 'PENDING_APPROVAL';
  const approvedAtMs = status === 'APPROVED' ? nowMs : null;
  const attention = budget ?? draft.attention;
  await tx
    .updateTable('purchase_order')
    .set({ status, approved_at_ms: approvedAtMs, attention, gather_until_ms: null })
    .where('order_id', '=', draft.orderId)
    .execute();
  const order: Order = { ...draft, status, approvedAtMs, attention };
  const wanted = rule ? describeRule(rule) : undefined;
  const notes = [budget, wanted].filter((each) => each !== undefined);
  const entry: AuditEntry =
    status === 'APPROVED'
      ? { status, event: 'OrderApproved', note: 'by the policy (autoApprove)' }
      : { status, event: 'ApprovalRequested', note: notes.length > 0 ? notes.join('; ') : null };
  await writeAudit(tx, order, [entry], { actor: 'policy', nowMs });
  if (status === 'APPROVED') await enqueueOrder(tx, order, nowMs);
  return order;
}
