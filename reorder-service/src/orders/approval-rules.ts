import { Inject, Injectable } from '@nestjs/common';
import { approverRoleSchema, type ApprovalRule, type ApprovalTested } from '@shelfwire/contract/api';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { writeChange } from '../audit/write-change.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { testApproval, type TriedOrder } from './approval-test.ts';
import { listBudgets } from './budgets.ts';

/** Which orders have to be approved. Those that wait are asked by the rules as they are when somebody approves. */
@Injectable()
export class ApprovalRules {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** What rules and budgets would want of such an order. */
  async test(tenantId: string, tried: TriedOrder): Promise<ApprovalTested> {
    const nowMs = this.clock();
    const [rules, budgets] = await withTenant(
      this.db,
      tenantId,
      async (tx) => [await listRules(tx, tenantId), await listBudgets(tx, tenantId, nowMs)] as const,
    );
    return testApproval(rules, budgets, tried);
  }

  list(tenantId: string): Promise<ApprovalRule[]> {
    return withTenant(this.db, tenantId, (tx) => listRules(tx, tenantId));
  }

  async put(tenantId: string, rule: ApprovalRule, actor: string): Promise<ApprovalRule> {
    return withTenant(this.db, tenantId, async (tx) => {
      const before = (await listRules(tx, tenantId)).find(({ ruleId }) => ruleId === rule.ruleId) ?? null;
      await putRule(tx, tenantId, rule);
      await writeChange(tx, {
        tenantId,
        actor,
        what: 'approval-rule',
        id: rule.ruleId,
        before,
        after: rule,
        atMs: this.clock(),
      });
      return rule;
    });
  }

  /** @returns false if there is no such rule */
  async delete(tenantId: string, ruleId: string, actor: string): Promise<boolean> {
    return withTenant(this.db, tenantId, async (tx) => {
      const before = (await listRules(tx, tenantId)).find((rule) => rule.ruleId === ruleId);
      if (!before) return false;
      await tx.deleteFrom('approval_rule').where('tenant_id', '=', tenantId).where('rule_id', '=', ruleId).execute();
      await writeChange(tx, {
        tenantId,
        actor,
        what: 'approval-rule',
        id: ruleId,
        before,
        after: null,
        atMs: this.clock(),
      });
      return true;
    });
  }
}

export async function putRule(tx: Tx, tenantId: string, rule: ApprovalRule): Promise<void> {
  const values = {
    min_amount_cents: rule.minAmountCents,
    item_class: rule.itemClass,
    required_role: rule.requiredRole,
    approvals: rule.approvals,
  };
  await tx
    .insertInto('approval_rule')
    .values({ tenant_id: tenantId, rule_id: rule.ruleId, ...values })
    .onConflict((oc) => oc.columns(['tenant_id', 'rule_id']).doUpdateSet(values))
    .execute();
}

export async function listRules(tx: Tx, tenantId: string): Promise<ApprovalRule[]> {
  const rows = await tx
    .selectFrom('approval_rule')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('rule_id')
    .execute();
  return rows.map((row) => ({
    ruleId: row.rule_id,
    minAmountCents: row.min_amount_cents,
    itemClass: row.item_class,
    requiredRole: approverRoleSchema.parse(row.required_role),
    approvals: row.approvals,
  }));
}
