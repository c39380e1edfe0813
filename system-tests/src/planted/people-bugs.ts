import type { Bug } from './bug.ts';

const APPROVE = 'reorder-service/src/orders/approve.ts';
const BUDGET = 'reorder-service/src/replenishment/budget.ts';

/** What people have to be asked, and what becomes of what they say. */
export const PEOPLE_BUGS: readonly Bug[] = [
  {
    name: 'an order that waits for a person goes out all the same',
    changes: [
      {
        file: 'reorder-service/src/replenishment/submit-order.ts',
        from: "if (status === 'APPROVED') await enqueueOrder(tx, order, nowMs);",
        to: 'await enqueueOrder(tx, order, nowMs);',
      },
    ],
  },
  {
    name: 'one person is enough where a rule wants two',
    changes: [{ file: APPROVE, from: 'if (given.length < rule.approvals || onlyOwn) {', to: 'if (onlyOwn) {' }],
  },
  {
    name: 'whoever presses may approve',
    changes: [
      {
        file: APPROVE,
        from: 'if (!mayApprove(person.role, rule.requiredRole)) {',
        to: 'if (!mayApprove(person.role, rule.requiredRole) && nowMs < 0) {',
      },
    ],
  },
  {
    name: 'an order that is approved twice is sent twice',
    changes: [
      {
        file: APPROVE,
        from: "if (order.status !== 'DRAFT' && order.status !== 'PENDING_APPROVAL') {",
        to: "if (order.status === 'CANCELLED') {",
      },
      {
        file: 'reorder-service/src/orders/order-machine.ts',
        from: "return from(order, ['DRAFT', 'PENDING_APPROVAL'], command.kind, () =>\n        moved(",
        to: "return from(order, ['DRAFT', 'PENDING_APPROVAL', 'APPROVED', 'SENT'], command.kind, () =>\n        moved(",
      },
    ],
  },
  {
    name: 'what was approved is not put into the outbox',
    changes: [
      {
        file: APPROVE,
        from: 'await enqueueOrder(tx, approved.order, nowMs);',
        to: 'if (nowMs < 0) await enqueueOrder(tx, approved.order, nowMs);',
      },
    ],
  },
  {
    name: 'a budget does not count what waits to be approved',
    changes: [
      {
        file: BUDGET,
        from: "o.status not in ('CANCELLED', 'REJECTED')",
        to: "(o.status not in ('CANCELLED', 'REJECTED', 'PENDING_APPROVAL') or o.order_id = ${order.orderId})",
      },
    ],
  },
  {
    name: 'a budget is looked at and not kept',
    changes: [
      {
        file: BUDGET,
        from: 'if (row.spent_cents + row.order_cents > row.monthly_cents) {',
        to: 'if (row.order_cents > row.monthly_cents) {',
      },
    ],
  },
  {
    name: 'the reason of a refusal is not kept',
    changes: [
      {
        file: 'reorder-service/src/operator/order-actions.ts',
        from: "{ kind: 'decline', note: reason }",
        to: "{ kind: 'decline', note: '' }",
      },
    ],
  },
  {
    name: 'a refusal that puts the need off orders it anew at once',
    changes: [
      {
        file: 'reorder-service/src/orders/settle-need.ts',
        from: 'snoozed_until_ms: need.untilMs',
        to: 'snoozed_until_ms: Math.min(need.untilMs, by.nowMs)',
      },
    ],
  },
  {
    name: 'a need that was put off is put off for ever',
    changes: [
      {
        file: 'reorder-service/src/orders/settle-need.ts',
        from: 'snoozed_until_ms: need.untilMs',
        to: 'snoozed_until_ms: need.untilMs * 2',
      },
    ],
  },
];
