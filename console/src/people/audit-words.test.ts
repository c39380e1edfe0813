import { expect, test } from 'vitest';

import type { AuditEntry } from '../api/types';
import { describeWhat, differencesOf, noteOf } from './audit-words';

const entry = (details: AuditEntry['details']): AuditEntry => ({
  entryId: 'change-1',
  atMs: 1_763_800_000_000,
  actor: 'ann@plant.example',
  what: 'PolicyChanged',
  subjectId: 'plant-1/A-01',
  details,
});

test('a change says what is different, and nothing of what stayed', () => {
  const details = {
    before: { reorderPoint: 20, type: 'MIN_MAX' },
    after: { reorderPoint: 30, type: 'MIN_MAX', reason: 'summer' },
  };
  expect(differencesOf(entry(details))).toEqual([
    { name: 'reorderPoint', from: '20', to: '30' },
    { name: 'reason', from: '–', to: 'summer' },
  ]);
});

test('what was made or removed is said whole', () => {
  expect(differencesOf(entry({ before: null, after: { approvals: 2 } }))).toEqual([
    { name: 'approvals', from: '–', to: '2' },
  ]);
  expect(differencesOf(entry({ before: { approvals: 2 }, after: null }))).toEqual([
    { name: 'approvals', from: '2', to: '–' },
  ]);
});

test('a sign-in says from where, a failed one why', () => {
  expect(noteOf(entry({ because: 'wrong password', address: '10.0.0.1' }))).toBe('wrong password · from 10.0.0.1');
  expect([describeWhat('SignInFailed'), describeWhat('BinSnoozed'), describeWhat('approval-rule')]).toEqual([
    'Sign-in failed',
    'Bin snoozed',
    'Approval rule changed',
  ]);
});
