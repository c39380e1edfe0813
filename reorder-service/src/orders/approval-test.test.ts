import type { ApprovalRule, Budget } from '@shelfwire/contract/api';
import { expect, test } from 'vitest';

import { testApproval } from './approval-test.ts';

const rules: ApprovalRule[] = [
  { ruleId: 'dear', minAmountCents: 100_000, itemClass: null, requiredRole: 'admin', approvals: 1 },
  { ruleId: 'class-a', minAmountCents: 0, itemClass: 'A', requiredRole: 'operator', approvals: 2 },
];
const budgets: Budget[] = [
  { budgetId: 'plant', siteId: 'plant-1', itemClass: null, monthlyCents: 500_000, spentCents: 400_000 },
];
const order = { amountCents: 120_000, itemClass: 'A', siteId: null, role: 'buyer' as const };

test('the strictest rule holds: two people before one of a higher role', () => {
  expect(testApproval(rules, budgets, order)).toMatchObject({
    waits: true,
    rule: { ruleId: 'class-a' },
    met: ['dear', 'class-a'],
    overBudgets: [],
    mayApprove: true,
    sentence:
      'It would wait for two different people, each at least an operator, because the rule class-a is met; a buyer may approve it, but not alone.',
  });
});

test('a role below the one that a rule wants may not approve', () => {
  expect(testApproval(rules, budgets, { ...order, itemClass: 'C' })).toMatchObject({
    rule: { ruleId: 'dear' },
    requiredRole: 'admin',
    mayApprove: false,
  });
});

test('a budget that it exceeds has it wait for a buyer, at its site only', () => {
  const small = { amountCents: 100_001, itemClass: 'C', role: 'buyer' as const };
  expect(testApproval([], budgets, { ...small, siteId: 'plant-1' })).toMatchObject({
    waits: true,
    rule: null,
    overBudgets: [{ budgetId: 'plant' }],
    mayApprove: true,
  });
  expect(testApproval([], budgets, { ...small, amountCents: 100_000, siteId: 'plant-1' }).waits).toBe(false);
  expect(testApproval([], budgets, { ...small, siteId: 'plant-2' }).waits).toBe(false);
});

test('an unknown price may be any: every threshold is met, and no budget can be checked', () => {
  const unknown = { ...order, amountCents: null, itemClass: null, siteId: 'plant-1' };
  expect(testApproval(rules, budgets, unknown)).toMatchObject({ met: ['dear'], overBudgets: [{ budgetId: 'plant' }] });
});
