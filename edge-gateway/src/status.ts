import type { GatewayStatus } from '@shelfwire/contract';

import type { AppliedConfig } from './commission/applied-config.ts';
import type { GatewayEvents } from './events.ts';
import type { GatewayOutbox } from './outbox/gateway-outbox.ts';

export interface StatusParts {
  gatewayId: string;
  version: string;
  startedAtMs: number;
  outbox: GatewayOutbox;
  events: GatewayEvents;
  appliedConfig?: AppliedConfig & { atMs: number };
  oldestQueuedAtMs?: number | undefined;
  now: () => number;
}

/** The retained message on `…/gateways/<gatewayId>/status`; the offline form says only that. */
export function gatewayStatus(parts: StatusParts, online: boolean): GatewayStatus {
  const head = { schema: 'gateway-status/1', gatewayId: parts.gatewayId, online, atMs: parts.now() } as const;
  if (!online) return head;
  const { oldestQueuedAtMs, appliedConfig, outbox } = parts;
  const { queuedReadings } = outbox;
  return {
    ...head,
    version: parts.version,
    startedAtMs: parts.startedAtMs,
    ...(appliedConfig?.version === undefined ? {} : { appliedConfigVersion: appliedConfig.version }),
    ...(appliedConfig && { appliedConfigSource: appliedConfig.source, appliedConfigAtMs: appliedConfig.atMs }),
    // Looked up once a second; the queue may have gone since.
    ...(oldestQueuedAtMs === undefined || queuedReadings === 0 ? {} : { oldestQueuedAtMs }),
    queuedReadings,
    counters: { ...parts.events.counters },
  };
}
