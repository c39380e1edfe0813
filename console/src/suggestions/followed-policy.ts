import type { BinPolicy, PolicySuggestion, PutPolicy } from '../api/types';
import { draftOf, policyOf } from '../policies/policy-form';

/**
 * The bin's policy as it is, with the numbers that are suggested; what it says besides stays. Set for the bin alone: the
 * demand that speaks for it is the bin's.
 */
export function followedPolicy(of: BinPolicy, { suggested }: PolicySuggestion): Pick<PutPolicy, 'scope' | 'policy'> {
  const draft = draftOf(of.policy);
  const { reorderPoint, orderUpTo } = suggested;
  const numbers =
    draft.type === 'FIXED_QUANTITY'
      ? { reorderPoint, reorderQuantity: orderUpTo - reorderPoint }
      : { reorderPoint, orderUpTo };
  return {
    scope: { scope: 'bin', siteId: of.siteId, binId: of.binId },
    policy: policyOf({ ...draft, values: { ...draft.values, ...numbers } }),
  };
}
