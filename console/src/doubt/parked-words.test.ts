import { expect, test } from 'vitest';

import type { ParkedGroup } from '../api/types';
import { assignableKind, describeOutcome, describeReason } from './parked-words';

const group = { reason: 'unknown-device', deviceId: 'scale-9', reading: { kind: 'weight' } } as unknown as ParkedGroup;

test('a device that no bin is known for can be assigned, by the kind of what it sends', () => {
  expect(assignableKind(group)).toBe('weight');
  expect(assignableKind({ ...group, reading: { kind: 'health' } })).toBeUndefined();
  expect(assignableKind({ ...group, reading: null })).toBeUndefined();
  expect(assignableKind({ ...group, deviceId: null })).toBeUndefined();
  expect(assignableKind({ ...group, reason: 'too-late' })).toBeUndefined();
});

test('every reason says what to do, also one of a later version', () => {
  for (const reason of [
    'unknown-device',
    'unknown-site',
    'malformed',
    'unusable',
    'handler-failed',
    'too-late',
    'new',
  ]) {
    expect(describeReason(reason).todo.length).toBeGreaterThan(10);
  }
});

test('the outcome says how many are accounted, and why the rest is not', () => {
  expect(describeOutcome({ settled: 3, remaining: 0, detail: '' })).toBe('3 readings are accounted.');
  expect(describeOutcome({ settled: 1, remaining: 2, detail: 'no piece weight' })).toBe(
    '1 reading is accounted, 2 still cannot be: no piece weight.',
  );
});
