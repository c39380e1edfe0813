import { expect, test } from 'vitest';

import type { Alert } from '../api/types';
import { describeCount, sortAlerts } from './sort-alerts';

function alert(alertId: string, changes: Partial<Alert>): Alert {
  return {
    alertId,
    siteId: 's1',
    kind: 'LOW_STOCK',
    severity: 'warning',
    title: 'Bolts are low',
    detail: '',
    orderId: null,
    binId: 'b1',
    raisedAtMs: 1_000,
    lastSeenAtMs: 1_000,
    occurrences: 1,
    escalationLevel: 0,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    resolvedAtMs: null,
    ...changes,
  };
}

test('what is worst comes first, then what is newest; what is taken on stands apart', () => {
  const { waiting, takenOn } = sortAlerts([
    alert('old', { raisedAtMs: 1 }),
    alert('info', { severity: 'info', raisedAtMs: 99 }),
    alert('new', { raisedAtMs: 50 }),
    alert('critical', { severity: 'critical', raisedAtMs: 2 }),
    alert('taken', { severity: 'critical', acknowledgedAtMs: 60, acknowledgedBy: 'ann' }),
  ]);
  expect(waiting.map(({ alertId }) => alertId)).toEqual(['critical', 'new', 'old', 'info']);
  expect(takenOn.map(({ alertId }) => alertId)).toEqual(['taken']);
});

test.each([
  [0, false, undefined],
  [7, false, '7'],
  [99, false, '99'],
  [100, false, '99+'],
  [40, true, '99+'],
])('the badge for %i (more to come: %s) reads %s', (count, more, text) => {
  expect(describeCount(count, more)).toBe(text);
});
