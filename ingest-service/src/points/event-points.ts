import type { GatewayStatus, OrderEvent, SiteAddress, StockEvent } from '@shelfwire/contract';

import { OfflineTimes } from './offline-times.ts';
import { NANOS_PER_MS, type TelemetryPoint } from './point.ts';

export function stockPoint(event: StockEvent, site: SiteAddress): TelemetryPoint {
  return {
    measurement: 'stock',
    atMs: event.atMs,
    nanosOfMs: event.sequence % NANOS_PER_MS,
    tags: { ...siteTags(site), binId: event.binId, itemId: event.itemId },
    fields: { ...event },
  };
}

/** One point a line: dashboards ask by item and bin. */
export function orderPoints(event: OrderEvent, site: SiteAddress): TelemetryPoint[] {
  return event.lines.map((line, index) => ({
    measurement: 'order',
    atMs: event.atMs,
    nanosOfMs: nanosOfText(`${event.eventId}/${index}`),
    tags: {
      ...siteTags(site),
      supplierId: event.supplierId,
      binId: line.binId,
      itemId: line.itemId,
      status: event.status,
    },
    fields: { ...event, ...line, lines: undefined },
  }));
}

const offlineTimes = new OfflineTimes();

/**
 * A last will carries the time its connection was made, since the gateway could not know when it would die. So
 * "offline" counts from the first `arrivedAtMs`; hearing the same will again is the same point.
 */
export function gatewayPoint(status: GatewayStatus, site: SiteAddress, arrivedAtMs: number): TelemetryPoint {
  return {
    measurement: 'gateway',
    atMs: status.online ? status.atMs : offlineTimes.heard(site, status.gatewayId, status.atMs, arrivedAtMs),
    nanosOfMs: 0,
    tags: { ...siteTags(site), gatewayId: status.gatewayId },
    fields: { ...status, ...status.counters, counters: undefined },
  };
}

function siteTags({ tenantId, siteId }: SiteAddress): SiteAddress {
  return { tenantId, siteId };
}

/** FNV-1a: spreads events of one millisecond over its nanoseconds, the same way at each repeat. */
function nanosOfText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % NANOS_PER_MS;
}
