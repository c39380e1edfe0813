import { z } from 'zod';

import { idSchema } from '../reading.ts';
import { approvalRuleSchema, approverRoleSchema } from './approval-rules.ts';

/** What may be ordered in a calendar month of the site without a person: beyond it, each order waits. */
export const budgetSchema = z.object({
  budgetId: idSchema,
  /** null: over all sites. */
  siteId: idSchema.nullable(),
  /** null: over all classes. */
  itemClass: idSchema.nullable(),
  monthlyCents: z.int().min(0),
  /** Ordered this month so far, without what was called off. */
  spentCents: z.int().min(0),
});
export type Budget = z.infer<typeof budgetSchema>;

export const putBudgetSchema = z
  .object({
    siteId: idSchema.nullable().default(null),
    itemClass: idSchema.nullable().default(null),
    monthlyCents: z.int().min(0).max(1_000_000_000_000),
  })
  .strict();

/** An order that could be, to see what the rules and budgets would want. */
export const testApprovalSchema = z.object({
  /** null: a price is not known. */
  amountCents: z.int().min(0).max(1_000_000_000_000).nullable(),
  itemClass: idSchema.nullable().default(null),
  siteId: idSchema.nullable().default(null),
  /** Who would look at it. */
  role: approverRoleSchema,
});

export const approvalTestedSchema = z.object({
  /** false: where its policy approves by itself, it goes out at once. */
  waits: z.boolean(),
  /** The strictest rule that it meets. */
  rule: approvalRuleSchema.nullable(),
  /** Every rule that it meets. */
  met: z.array(idSchema),
  overBudgets: z.array(budgetSchema),
  requiredRole: approverRoleSchema,
  approvals: z.int(),
  /** Whether somebody of the role may approve it. */
  mayApprove: z.boolean(),
  /** All of it in plain words. */
  sentence: z.string(),
});
export type ApprovalTested = z.infer<typeof approvalTestedSchema>;
