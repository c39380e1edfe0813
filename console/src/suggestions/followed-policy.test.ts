import { expect, test } from 'vitest';

import type { BinPolicy, PolicySuggestion } from '../api/types';
import { followedPolicy } from './followed-policy';

const suggestion = { suggested: { reorderPoint: 50, orderUpTo: 120 } } as PolicySuggestion;
const binWith = (type: string, parameters: Record<string, unknown>) =>
  ({ siteId: 's1', binId: 'A-01', policy: { type, parameters } }) as unknown as BinPolicy;

test('the suggested numbers replace those of the policy, and what it says besides stays', () => {
  const of = binWith('MIN_MAX', { reorderPoint: 20, orderUpTo: 60, safetyStock: 5, autoApprove: false });
  expect(followedPolicy(of, suggestion)).toEqual({
    scope: { scope: 'bin', siteId: 's1', binId: 'A-01' },
    policy: { type: 'MIN_MAX', reorderPoint: 50, orderUpTo: 120, safetyStock: 5, autoApprove: false },
  });
});

test('of a fixed quantity, each order is what leads from the point to the top', () => {
  const of = binWith('FIXED_QUANTITY', { reorderPoint: 20, reorderQuantity: 40 });
  expect(followedPolicy(of, suggestion).policy).toEqual({
    type: 'FIXED_QUANTITY',
    reorderPoint: 50,
    reorderQuantity: 70,
  });
});
