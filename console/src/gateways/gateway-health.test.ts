import { expect, test } from 'vitest';

import type { Gateway } from '../api/types';
import { healthOf } from './gateway-health';

const NOW_MS = 1_763_800_000_000;
const MINUTE_MS = 60_000;

function gateway(status: Partial<NonNullable<Gateway['status']>> | null): Gateway {
  const said = {
    online: true,
    lastSeenAtMs: NOW_MS,
    version: null,
    startedAtMs: null,
    appliedConfigVersion: null,
    appliedConfigSource: null,
    appliedConfigAtMs: null,
    queuedReadings: 0,
    oldestQueuedAtMs: null,
    counters: null,
  };
  return {
    siteId: 's',
    gatewayId: 'g',
    username: 'u',
    passwordSetAtMs: null,
    known: true,
    status: status && { ...said, ...status },
  };
}

test.each([
  [null, 'Never heard'],
  [{}, 'Online'],
  [{ online: false, lastSeenAtMs: NOW_MS - MINUTE_MS }, 'Offline'],
  [{ lastSeenAtMs: NOW_MS - 4 * MINUTE_MS }, 'Silent'],
  [{ lastSeenAtMs: null }, 'Silent'],
  [{ queuedReadings: 9, oldestQueuedAtMs: NOW_MS - 6 * MINUTE_MS }, 'Behind'],
  [{ queuedReadings: 9, oldestQueuedAtMs: NOW_MS - MINUTE_MS }, 'Online'],
])('a gateway that said %j is %s', (status, label) => {
  expect(healthOf(gateway(status), NOW_MS).label).toBe(label);
});
