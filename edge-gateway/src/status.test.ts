import { expect, test } from 'vitest';

import type { GatewayEvents } from './events.ts';
import type { GatewayOutbox } from './outbox/gateway-outbox.ts';
import { gatewayStatus } from './status.ts';

test.each([
  [3, 900],
  [0, undefined],
])('with %i readings queued the oldest of them is of %s', (queuedReadings, expected) => {
  const status = gatewayStatus(
    {
      gatewayId: 'gw-1',
      version: '1.0.0',
      startedAtMs: 1,
      outbox: { queuedReadings } as GatewayOutbox,
      events: { counters: {} } as GatewayEvents,
      oldestQueuedAtMs: 900,
      now: () => 1_000,
    },
    true,
  );
  expect(status).toMatchObject({ online: true, queuedReadings });
  expect(status.oldestQueuedAtMs).toBe(expected);
});
