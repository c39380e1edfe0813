import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';

/** What a policy holds for, the narrowest first: the narrowest that is set decides about a bin. */
export const policyScopeSchema = z.discriminatedUnion('scope', [
  z.object({ scope: z.literal('bin'), siteId: idSchema, binId: idSchema }),
  /** Everywhere, or at one site. */
  z.object({ scope: z.literal('item'), itemId: idSchema, siteId: idSchema.optional() }),
  z.object({ scope: z.literal('class'), itemClass: idSchema, siteId: idSchema.optional() }),
  z.object({ scope: z.literal('site'), siteId: idSchema }),
]);
export type PolicyScopeBody = z.infer<typeof policyScopeSchema>;

/** One version; versions are never changed, the one that took effect last holds. */
export const policyVersionSchema = z.object({
  policyId: z.string(),
  version: z.int().min(1),
  scope: z.enum(['bin', 'item', 'class', 'site', 'computed']),
  siteId: idSchema.nullable(),
  binId: idSchema.nullable(),
  itemId: idSchema.nullable(),
  itemClass: idSchema.nullable(),
  /** INHERIT: nothing holds at this scope any more, the next wider one does. */
  type: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  effectiveFromMs: epochMsSchema,
  createdAtMs: epochMsSchema,
  createdBy: z.string(),
  reason: z.string().nullable(),
  state: z.enum(['scheduled', 'in-effect', 'past']),
  /** Bins that it decides about now. */
  bins: z.int().min(0),
});
export type PolicyVersion = z.infer<typeof policyVersionSchema>;

export const putPolicySchema = z.object({
  scope: policyScopeSchema,
  /** `type` with its parameters, as in catalogue.yaml and docs/policies.md; null: inherit from the next wider scope. */
  policy: z.record(z.string(), z.unknown()).nullable(),
  /** When it takes effect; at once, if not given or past. */
  effectiveFromMs: epochMsSchema.optional(),
  reason: z.string().trim().min(3, 'say why, in a few words').max(500),
});
export type PutPolicy = z.infer<typeof putPolicySchema>;

export const putPolicyResponseSchema = z.object({
  policyId: z.string(),
  version: z.int().min(1),
  /** false: it said the same already. */
  changed: z.boolean(),
});

const reorderNumbers = z.object({ reorderPoint: z.int(), orderUpTo: z.int() });

/** A policy whose numbers are far from what demand and lead time say; to follow it, set the policy; else decline it. */
export const policySuggestionSchema = z.object({
  siteId: idSchema,
  binId: idSchema,
  /** What people call it. */
  binName: z.string(),
  itemId: idSchema,
  itemName: z.string(),
  unit: z.string(),
  policyId: z.string(),
  policyVersion: z.int().min(1),
  current: reorderNumbers,
  suggested: reorderNumbers,
  because: z.string(),
  suggestedAtMs: epochMsSchema,
});
export type PolicySuggestion = z.infer<typeof policySuggestionSchema>;

export const declineSuggestionSchema = z.object({
  reason: z.string().trim().min(3, 'say why, in a few words').max(500),
});
