import { expect, test } from 'vitest';

import { describeChanges, describeEvent } from './history-words';

test('an event is told in words', () => {
  expect(describeEvent('CancellationRequested')).toBe('Cancellation requested');
});

test('what was changed is told with what it was before', () => {
  const changes = [
    { field: 'line 1', from: 50, to: 70 },
    { field: 'line 2', name: 'Hex nut', from: 10, to: 20 },
    { field: 'note', from: null, to: 'please hurry' },
  ];
  expect(describeChanges({ changes })).toEqual(['Line 1: 50 → 70', 'Hex nut: 10 → 20', 'Note: none → please hurry']);
});

test.each([null, {}, { changes: 'all' }, { changes: [7, { from: 1 }] }])(
  'details of another form tell nothing: %j',
  (details) => {
    expect(describeChanges(details)).toEqual([]);
  },
);
