import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';
import { policyScopeSchema, policyVersionSchema } from './policies.ts';
import { itemSummarySchema } from './stock.ts';

/** A policy as it holds for one bin, and where that comes from. */
const heldPolicySchema = z.object({
  policyId: z.string(),
  version: z.int().min(1),
  /** Where it was set; numbers that a job computed count as of the policy they were computed for. */
  scope: z.enum(['bin', 'item', 'class', 'site']),
  /** null: at every site. */
  siteId: idSchema.nullable(),
  itemClass: idSchema.nullable(),
  type: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  effectiveFromMs: epochMsSchema,
  createdBy: z.string(),
  reason: z.string().nullable(),
});

const snoozeSchema = z.object({ untilMs: epochMsSchema, by: z.string().nullable(), because: z.string().nullable() });

/** What decides about one bin now, and what it decided last. */
export const effectivePolicySchema = z.object({
  siteId: idSchema,
  binId: idSchema,
  binName: z.string(),
  item: itemSummarySchema,
  itemClass: idSchema.nullable(),
  /** The bin whose policy decides about this one too; null if it is its own. */
  primaryBinId: idSchema.nullable(),
  /** null: nothing is ordered by itself. */
  policy: heldPolicySchema.nullable(),
  /** ORDER, WAIT, COVERED, SNOOZED, HELD or POOLED; null until it was decided about. */
  decision: z.string().nullable(),
  because: z.string().nullable(),
  decidedAtMs: epochMsSchema.nullable(),
  /** Nothing is ordered until then; null while it is not snoozed. */
  snooze: snoozeSchema.nullable(),
});
export type EffectivePolicy = z.infer<typeof effectivePolicySchema>;

/** The scopes that could decide about a bin, the narrowest first: the first with a policy does. */
export const binPolicySchema = z.object({
  ...effectivePolicySchema.shape,
  chain: z.array(
    z.object({
      policyId: z.string(),
      scope: policyScopeSchema,
      /** null: nothing is set here. */
      inEffect: policyVersionSchema.nullable(),
      scheduled: z.array(policyVersionSchema),
      /** true: this one decides about the bin. */
      holds: z.boolean(),
    }),
  ),
});
export type BinPolicy = z.infer<typeof binPolicySchema>;

export const putSnoozeSchema = z.object({
  untilMs: epochMsSchema,
  reason: z.string().trim().min(3, 'say why, in a few words').max(500),
});

export const previewPolicySchema = z.object({
  scope: policyScopeSchema,
  /** As for putPolicy; null: as if nothing were set at this scope. */
  policy: z.record(z.string(), z.unknown()).nullable(),
});
export type PreviewPolicy = z.infer<typeof previewPolicySchema>;

const previewedDecisionSchema = z.object({
  /** null: no policy. */
  type: z.string().nullable(),
  decision: z.enum(['ORDER', 'WAIT', 'COVERED', 'SNOOZED', 'HELD']),
  /** In one plain sentence: "Shelfwire would now order 4 packs = 40 pcs of … because …". */
  sentence: z.string(),
  orders: z.array(
    z.object({
      supplierName: z.string(),
      quantity: z.int(),
      quantityText: z.string(),
      /** null without a known price. */
      amountCents: z.int().nullable(),
    }),
  ),
  arithmetic: z.array(z.object({ step: z.string(), value: z.number() })),
  /** What it would be decided by: for SERVICE_LEVEL as computed now. */
  reorderPoint: z.int().nullable(),
  orderUpTo: z.int().nullable(),
  /** Of a PERIODIC policy: what is said is what it would do then. */
  nextReviewAtMs: epochMsSchema.nullable(),
});

/** What would be decided now, at once, if the policy were set. Nothing is written, and no order is made. */
export const policyPreviewSchema = z.object({
  atMs: epochMsSchema,
  binsInScope: z.int().min(0),
  /** Of these, those that a narrower policy decides about: nothing changes for them. */
  binsOverruled: z.int().min(0),
  /** Of the others, those that were looked at; at most 1,000. The figures below are of these. */
  binsDecided: z.int().min(0),
  /** Bins that would be ordered for now. */
  binsOrdered: z.int().min(0),
  amountCents: z.int().min(0),
  /** At most 200, those that would be ordered for first. */
  bins: z.array(
    z.object({
      siteId: idSchema,
      binId: idSchema,
      binName: z.string(),
      item: itemSummarySchema,
      /** As it is. */
      current: previewedDecisionSchema,
      /** With what is previewed. */
      proposed: previewedDecisionSchema,
    }),
  ),
});
export type PolicyPreview = z.infer<typeof policyPreviewSchema>;
