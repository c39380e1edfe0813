import type { OrderEvent, StockEvent } from '@shelfwire/contract';
import type { OutwardEvent } from '@shelfwire/contract/api';

/** What is told to nobody but customers' systems. */
export interface BusinessEvent {
  schema: 'business/1';
  eventId: string;
  /** Without `shelfwire.` and the version: `policy.changed`. */
  name: string;
  subject: string;
  atMs: number;
  details: Record<string, unknown>;
}

export type TellableEvent = OrderEvent | StockEvent | BusinessEvent;

/** @param site '' for what concerns no single site */
export function toOutwardEvent(event: TellableEvent, tenantId: string, siteId: string): OutwardEvent {
  const { type, subject, data } = describe(event);
  return {
    specversion: '1.0',
    id: event.eventId,
    source: siteId === '' ? `/shelfwire/${tenantId}` : `/shelfwire/${tenantId}/${siteId}`,
    type: `shelfwire.${type}.v1`,
    subject,
    time: new Date(event.atMs).toISOString(),
    datacontenttype: 'application/json',
    ...(event.schema === 'order/1' && event.traceparent !== undefined ? { traceparent: event.traceparent } : {}),
    data,
  };
}

function describe(event: TellableEvent): { type: string; subject: string; data: Record<string, unknown> } {
  switch (event.schema) {
    case 'stock/1':
      return { type: 'stock.changed', subject: `bins/${event.binId}`, data: event };
    case 'order/1':
      return { type: `order.${orderEventName(event.event)}`, subject: `orders/${event.orderId}`, data: event };
    default:
      return { type: event.name, subject: event.subject, data: event.details };
  }
}

/** OrderSent → sent, GoodsReceived → goods-received. */
function orderEventName(event: string | undefined): string {
  if (event === undefined) return 'changed';
  return event
    .replace(/^Order(?=[A-Z])/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase();
}

/** `shelfwire.order.*` stands for everything that begins so. */
export function matchesType(type: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern,
  );
}
