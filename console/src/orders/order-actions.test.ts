import { expect, test } from 'vitest';

import type { OrderDetail, OrderStatus } from '../api/types';
import { describeApproval, possibleActions } from './order-actions';

function order(status: OrderStatus, changes: Partial<OrderDetail> = {}, line: object = {}): OrderDetail {
  return {
    status,
    sentAtMs: ['DRAFT', 'PENDING_APPROVAL', 'APPROVED', 'ON_HOLD'].includes(status) ? null : 1,
    attention: null,
    cancellationRequestedAtMs: null,
    escalationLevel: 0,
    approval: null,
    lines: [{ receivedQuantity: 0, proposedQuantity: 0, ...line }],
    ...changes,
  } as OrderDetail;
}

test.each([
  ['PENDING_APPROVAL', 'buyer', ['approve', 'edit', 'decline']],
  ['APPROVED', 'buyer', ['edit', 'cancel']],
  ['ON_HOLD', 'admin', ['retry', 'edit', 'cancel']],
  ['ACKNOWLEDGED', 'buyer', ['receive', 'urge', 'close-undelivered', 'cancel']],
  ['ACKNOWLEDGED', 'operator', ['receive', 'urge']],
  ['SHIPPED', 'operator', ['receive']],
  ['ACKNOWLEDGED', 'viewer', []],
  ['ACKNOWLEDGED', 'supplier', []],
  ['CANCELLED', 'admin', []],
  ['CLOSED', 'admin', []],
] as const)('an order that is %s offers a %s %j', (status, role, actions) => {
  expect(possibleActions(order(status), role)).toEqual(actions);
});

test('of an order of which a part has come, the rest is closed and not cancelled', () => {
  expect(possibleActions(order('PARTIALLY_RECEIVED', {}, { receivedQuantity: 5 }), 'buyer')).toEqual([
    'receive',
    'urge',
    'close-short',
  ]);
});

test('a delivery that waits for confirmation is decided about before anything is closed', () => {
  expect(possibleActions(order('SHIPPED', {}, { proposedQuantity: 5 }), 'buyer')).toEqual(['receive', 'cancel']);
});

test('a change of the supplier’s can be agreed to; lateness, and a cancellation that is asked for, cannot', () => {
  const attention = 'the price of line 1 is raised';
  expect(possibleActions(order('ACKNOWLEDGED', { attention }), 'buyer')).toContain('accept-change');
  expect(possibleActions(order('ACKNOWLEDGED', { attention, escalationLevel: 2 }), 'buyer')).not.toContain(
    'accept-change',
  );
  const asked = possibleActions(order('ACKNOWLEDGED', { attention, cancellationRequestedAtMs: 1 }), 'buyer');
  expect(asked).not.toContain('accept-change');
  expect(asked).not.toContain('cancel');
  expect(asked).not.toContain('urge');
});

test('the approval rule says who may approve, and the sentence says who has', () => {
  const approval = { ruleId: 'big', requiredRole: 'admin', approvals: 2, given: ['Ann'] };
  const waiting = order('PENDING_APPROVAL', { approval });
  expect(possibleActions(waiting, 'buyer')).toEqual(['edit', 'decline']);
  expect(possibleActions(waiting, 'admin')).toContain('approve');
  expect(describeApproval(waiting)).toBe('2 people have to approve it, an administrator or higher; Ann has.');
  const small = { ...waiting, approval: { ruleId: 's', requiredRole: 'operator', approvals: 1, given: [] } };
  expect(possibleActions(small, 'operator')).toEqual(['approve']);
  expect(describeApproval(small)).toBe('An operator has to approve it; nobody has yet.');
  expect(describeApproval(order('SENT'))).toBeUndefined();
});
