import type { ApprovalRule, ApprovalTested, Budget } from '@shelfwire/contract/api';

import { DEFAULT_RULE, mayApprove, meetsRule, strictestOf } from './approval-rule.ts';

/** An order that could be. */
export interface TriedOrder {
  amountCents: number | null;
  itemClass: string | null;
  siteId: string | null;
  role: ApprovalRule['requiredRole'];
}

/** What the rules and budgets would want of an order, by the very functions that ask for real ones. */
export function testApproval(
  rules: readonly ApprovalRule[],
  budgets: readonly Budget[],
  tried: TriedOrder,
): ApprovalTested {
  const { amountCents, itemClass, siteId, role } = tried;
  const looked = { amountCents, itemClasses: new Set([itemClass]) };
  const met = rules.filter((rule) => meetsRule(rule, looked));
  const rule = strictestOf(met) ?? null;
  const concerned = budgets.filter(
    (budget) =>
      (budget.siteId === null || budget.siteId === siteId) &&
      (budget.itemClass === null || budget.itemClass === itemClass),
  );
  const overBudgets = concerned.filter(
    (budget) => amountCents === null || budget.spentCents + amountCents > budget.monthlyCents,
  );
  const { requiredRole, approvals } = rule ?? DEFAULT_RULE;
  const waits = rule !== null || overBudgets.length > 0;
  const allowed = mayApprove(role, requiredRole);
  return {
    waits,
    rule,
    met: met.map(({ ruleId }) => ruleId),
    overBudgets,
    requiredRole,
    approvals,
    mayApprove: allowed,
    sentence: sentenceOf({ waits, rule, overBudgets, requiredRole, approvals, mayApprove: allowed }, role),
  };
}

function sentenceOf(result: Omit<ApprovalTested, 'met' | 'sentence'>, role: string): string {
  const { waits, rule, overBudgets, requiredRole, approvals } = result;
  if (!waits) {
    return 'It would go out at once where its policy approves by itself, and else wait for one buyer: no rule is met and every budget has room.';
  }
  const because = [
    ...(rule ? [`the rule ${rule.ruleId} is met`] : []),
    ...overBudgets.map(({ budgetId }) => `the budget ${budgetId} has no room for it`),
  ].join(' and ');
  const who =
    approvals === 2 ? `two different people, each at least ${article(requiredRole)}` : `one ${requiredRole} or higher`;
  const may = result.mayApprove ? `${article(role)} may approve it` : `${article(role)} may not approve it`;
  return `It would wait for ${who}, because ${because}; ${may}${approvals === 2 && result.mayApprove ? ', but not alone' : ''}.`;
}

function article(role: string): string {
  return /^[aeiou]/.test(role) ? `an ${role}` : `a ${role}`;
}
