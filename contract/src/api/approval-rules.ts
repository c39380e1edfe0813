import { z } from 'zod';

import { idSchema } from '../reading.ts';

export const approverRoleSchema = z.enum(['operator', 'buyer', 'admin']);

/**
 * Orders that meet a rule wait for people. The strictest rule that is met holds. The amount is looked at for all orders of
 * the same need, and for all orders to the same supplier within 24 hours, so that splitting does not evade it; an unknown
 * price meets every amount.
 */
export const approvalRuleSchema = z.object({
  ruleId: idSchema,
  /** From this amount on, in hundredths of the currency. */
  minAmountCents: z.int().min(0).default(0),
  /** Only items of this class. */
  itemClass: idSchema.nullable().default(null),
  /** The lowest role that may approve. */
  requiredRole: approverRoleSchema.default('buyer'),
  /** 2: two different people. Whoever changed the order last is never the only one. */
  approvals: z.int().min(1).max(2).default(1),
});
export type ApprovalRule = z.infer<typeof approvalRuleSchema>;

export const putApprovalRuleSchema = approvalRuleSchema.omit({ ruleId: true }).strict();
