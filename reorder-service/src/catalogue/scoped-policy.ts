import { epochMsSchema, idSchema } from '@shelfwire/contract';
import { z } from 'zod';

import { policySchema, type Policy } from '../replenishment/policy.ts';

/** What a policy holds for: a bin; an item, everywhere or at one site; a class of items, likewise; a whole site. */
export type PolicyScope =
  | { scope: 'bin'; siteId: string; binId: string }
  | { scope: 'item'; itemId: string; siteId: string | undefined }
  | { scope: 'class'; itemClass: string; siteId: string | undefined }
  | { scope: 'site'; siteId: string };

export interface ScopedPolicy {
  tenantId: string;
  scope: PolicyScope;
  policy: Policy;
  effectiveFromMs: number | undefined;
}

const moment = z
  .union([epochMsSchema, z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((when) => (typeof when === 'number' ? when : Date.parse(when)));

const placed = z.looseObject({
  tenantId: idSchema,
  siteId: idSchema.optional().describe('Alone: for the whole site; with an item or a class: there only'),
  binId: idSchema.optional().describe('For this bin; with siteId'),
  itemId: idSchema.optional().describe('For this item'),
  itemClass: idSchema.optional().describe('For items of this class'),
  effectiveFrom: moment.optional().describe('A date, a date with time and offset, or Unix ms; now, if not given'),
});
type Placed = z.infer<typeof placed>;

/** Beside the policy's own parameters: binId with siteId, itemId, itemClass, or siteId alone; effectiveFrom. */
export const scopedPolicySchema = placed
  .superRefine(
    (written, context) => {
      for (const { path, message } of policySchema.safeParse(parametersOf(written)).error?.issues ?? []) {
        context.addIssue({ code: 'custom', path, message });
      }
      const problem = scopeProblem(written);
      if (problem) context.addIssue({ code: 'custom', ...problem });
    },
    // Also when an id has a wrong form.
    { when: ({ value }) => typeof value === 'object' && value !== null },
  )
  .transform((written): ScopedPolicy => ({
    tenantId: written.tenantId,
    scope: scopeOf(written),
    policy: policySchema.parse(parametersOf(written)),
    effectiveFromMs: written.effectiveFrom,
  }));

/** Names a policy by what it holds for, so that the same scope is always the same policy. */
export function policyIdOf(scope: PolicyScope): string {
  const at = 'siteId' in scope && scope.siteId !== undefined ? `@${scope.siteId}` : '';
  switch (scope.scope) {
    case 'bin':
      return `${scope.siteId}/${scope.binId}`;
    case 'item':
      return `item:${scope.itemId}${at}`;
    case 'class':
      return `class:${scope.itemClass}${at}`;
    default:
      return `site:${scope.siteId}`;
  }
}

function parametersOf(written: object): object {
  const {
    tenantId: _t,
    siteId: _s,
    binId: _b,
    itemId: _i,
    itemClass: _c,
    effectiveFrom: _e,
    ...own
  } = written as Placed;
  return own;
}

function scopeProblem({
  siteId,
  binId,
  itemId,
  itemClass,
}: Partial<Placed>): { path: string[]; message: string } | undefined {
  const named = [binId, itemId, itemClass].filter((each) => each !== undefined).length;
  if (named > 1) return { path: ['binId'], message: 'a policy holds for a bin, or an item, or a class: name one' };
  if (named === 0 && siteId === undefined) {
    return { path: ['binId'], message: 'say what it holds for: binId, itemId, itemClass, or siteId alone' };
  }
  if (binId !== undefined && siteId === undefined) return { path: ['siteId'], message: 'a binId needs its siteId' };
  return undefined;
}

function scopeOf({ siteId, binId, itemId, itemClass }: Partial<Placed>): PolicyScope {
  if (binId !== undefined) return { scope: 'bin', siteId: siteId ?? '', binId };
  if (itemId !== undefined) return { scope: 'item', itemId, siteId };
  if (itemClass !== undefined) return { scope: 'class', itemClass, siteId };
  return { scope: 'site', siteId: siteId ?? '' };
}
