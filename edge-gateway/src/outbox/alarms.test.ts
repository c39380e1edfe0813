import type { Reading } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { isAlarm } from './alarms.ts';

const COMMON = { deviceId: 'd', clockQuality: 'gateway', receivedAtMs: 1_790_000_000_000 } as const;

test.each([
  [0.1, true],
  [0.11, false],
  [undefined, false],
])('a battery at %d is an alarm: %s', (batteryRatio, expected) => {
  const reading: Reading = {
    kind: 'health',
    ...COMMON,
    quality: 'good',
    ...(batteryRatio === undefined ? {} : { batteryRatio }),
  };
  expect(isAlarm(reading)).toBe(expected);
});

test.each([
  ['overload', true],
  ['underload', true],
  ['implausible', true],
  ['stale', true],
  ['unstable', false],
  ['uncalibrated', false],
  ['good', false],
] as const)('a weight that is %s is an alarm: %s', (quality, expected) => {
  expect(isAlarm({ kind: 'weight', ...COMMON, quality, netGrams: 1, stable: false })).toBe(expected);
});
