import type { ApprovalRule } from '@shelfwire/contract/api';

/** Who approves where no rule speaks. */
export const DEFAULT_RULE: ApprovalRule = {
  ruleId: 'default',
  minAmountCents: 0,
  itemClass: null,
  requiredRole: 'buyer',
  approvals: 1,
};
const RANK: Readonly<Record<string, number>> = { viewer: 0, operator: 1, buyer: 2, admin: 3 };

/** An unknown price may be any: it meets every threshold. */
export function meetsRule(
  rule: ApprovalRule,
  order: { amountCents: number | null; itemClasses: ReadonlySet<string | null> },
): boolean {
  const { amountCents, itemClasses } = order;
  return (
    (amountCents === null || amountCents >= rule.minAmountCents) &&
    (rule.itemClass === null || itemClasses.has(rule.itemClass))
  );
}

/** Two people are stricter than any one; else the higher role. */
export function strictestOf(met: readonly ApprovalRule[]): ApprovalRule | undefined {
  const strictness = (rule: ApprovalRule): number => rule.approvals * 10 + (RANK[rule.requiredRole] ?? 9);
  return met.toSorted((a, b) => strictness(b) - strictness(a))[0];
}

export function mayApprove(role: string, requiredRole: string): boolean {
  return (RANK[role] ?? -1) >= (RANK[requiredRole] ?? RANK['admin'] ?? 0);
}

/** Why an order waits, for its history. */
export function describeRule({ ruleId, requiredRole }: Pick<ApprovalRule, 'ruleId' | 'requiredRole'>): string {
  return `the rule ${ruleId} wants ${requiredRole === 'buyer' ? 'a' : 'an'} ${requiredRole}`;
}
