import { expect, test } from 'vitest';

import { draftOf, missingFields, policyOf, problemsByField } from './policy-form';
import { describeRule, describeScope } from './policy-words';

test('what stands is shown and saved again as it stood', () => {
  const policy = { type: 'MIN_MAX', parameters: { reorderPoint: 20, orderUpTo: 60, shadow: true, confirmSeconds: 2 } };
  expect(policyOf(draftOf(policy))).toEqual({ type: 'MIN_MAX', ...policy.parameters });
});

test('numbers that a job computed are not saved as if a person had wanted them', () => {
  const parameters = {
    target: 0.95,
    cycleDays: 7,
    reorderPoint: 44,
    orderUpTo: 83,
    safetyStock: 16,
    computed: { method: 'x' },
  };
  expect(policyOf(draftOf({ type: 'SERVICE_LEVEL', parameters }))).toEqual({
    type: 'SERVICE_LEVEL',
    target: 0.95,
    cycleDays: 7,
  });
});

test('another type drops the numbers that it does not have, and keeps what every policy may say', () => {
  const { values } = draftOf({ type: 'MIN_MAX', parameters: { reorderPoint: 20, orderUpTo: 60, autoApprove: false } });
  expect(policyOf({ type: 'FIXED_QUANTITY', values })).toEqual({
    type: 'FIXED_QUANTITY',
    reorderPoint: 20,
    autoApprove: false,
  });
  expect(policyOf({ type: 'INHERIT', values })).toBeNull();
});

test('the service is asked only when the form is filled', () => {
  expect(missingFields({ type: 'MIN_MAX', values: { reorderPoint: 0 } })).toEqual(['orderUpTo']);
  expect(missingFields({ type: 'PERIODIC', values: { orderUpTo: 5, reviewDays: [] } })).toEqual(['reviewDays']);
  expect(missingFields({ type: 'SERVICE_LEVEL', values: { missingUnitCostPerDay: 2 } })).toEqual([]);
  expect(missingFields({ type: 'DO_NOT_STOCK', values: {} })).toEqual([]);
});

test('what the service refuses stands at its field', () => {
  expect(
    problemsByField([
      { where: 'body.policy.orderUpTo', what: 'must be above reorderPoint' },
      { where: 'body.policy.reviewDays.0', what: 'no day' },
      { where: 'body.reason', what: 'say why' },
    ]),
  ).toEqual({ orderUpTo: 'must be above reorderPoint', reviewDays: 'no day', '': 'say why' });
});

test.each([
  ['MIN_MAX', { reorderPoint: 20, orderUpTo: 60 }, 'Min–max: at ≤ 20, up to 60 pcs'],
  [
    'PERIODIC',
    { reviewDays: ['MON', 'THU'], cutOff: '06:00', orderUpTo: 60 },
    'Periodic review: Mon, Thu 06:00, up to 60 pcs',
  ],
  ['SERVICE_LEVEL', { target: 0.975 }, 'Service level: 97.5 % of cycles, not enough history yet'],
  ['DO_NOT_STOCK', {}, 'Only on demand'],
])('%s in words', (type, parameters, words) => {
  expect(describeRule(type, parameters, 'pcs')).toBe(words);
});

test('where a policy was set is said from the bin', () => {
  expect(describeScope({ scope: 'item', itemId: 'm8' }, String)).toBe('The item, at every site');
  expect(describeScope({ scope: 'class', itemClass: 'A', siteId: 'plant-1' }, () => 'Plant 1')).toBe(
    'Class A, at Plant 1',
  );
});
