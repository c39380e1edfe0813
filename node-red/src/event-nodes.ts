import { RecentlySeen } from './recently-seen.ts';
import { listSetting, type NodeSettings, type Red, type RedNode } from './red.ts';
import { findServer } from './server-node.ts';
import type { SiteTopic } from './topic.ts';

const REMEMBERED_EVENTS = 10_000;

interface StockEvent {
  schema: 'stock/1';
  eventId: string;
  binId: string;
  itemId: string;
  status: string;
  movement?: string;
}

interface OrderEvent {
  schema: 'order/1';
  eventId: string;
  orderId: string;
  supplierId: string;
  status: string;
  lines: { itemId: string; binId: string }[];
}

/** *stock event*: a message whenever the level of a bin has changed. */
export function registerStockEvent(red: Red): void {
  registerEvent<StockEvent>(red, {
    type: 'shelfwire-stock-event',
    channel: 'stock',
    schema: 'stock/1',
    topicOf: ({ binId }) => binId,
    filter: (settings) => {
      const bins = listSetting(settings, 'binId');
      const items = listSetting(settings, 'itemId');
      const statuses = listSetting(settings, 'status');
      const movements = listSetting(settings, 'movement');
      return (event) =>
        (bins?.has(event.binId) ?? true) &&
        (items?.has(event.itemId) ?? true) &&
        (statuses?.has(event.status) ?? true) &&
        (movements === undefined || (event.movement !== undefined && movements.has(event.movement)));
    },
  });
}

/** *order event*: a message whenever an order has changed. */
export function registerOrderEvent(red: Red): void {
  registerEvent<OrderEvent>(red, {
    type: 'shelfwire-order-event',
    channel: 'orders',
    schema: 'order/1',
    topicOf: ({ orderId }) => orderId,
    filter: (settings) => {
      const suppliers = listSetting(settings, 'supplierId');
      const statuses = listSetting(settings, 'status');
      const items = listSetting(settings, 'itemId');
      return (event) =>
        (suppliers?.has(event.supplierId) ?? true) &&
        (statuses?.has(event.status) ?? true) &&
        (items === undefined || event.lines.some(({ itemId }) => items.has(itemId)));
    },
  });
}

interface EventNode<Event> {
  type: string;
  channel: 'stock' | 'orders';
  schema: string;
  topicOf: (event: Event) => string;
  filter: (settings: NodeSettings) => (event: Event) => boolean;
}

function registerEvent<Event extends { schema: string; eventId: string }>(red: Red, kind: EventNode<Event>): void {
  red.nodes.registerType(kind.type, function (this: RedNode, settings: NodeSettings) {
    red.nodes.createNode(this, settings);
    const server = findServer(red, this, settings);
    if (!server?.connection) {
      if (server) this.status({ fill: 'red', shape: 'dot', text: 'the server has no broker or tenant' });
      return;
    }
    const sites = listSetting(settings, 'siteId');
    const wants = kind.filter(settings);
    const seen = new RecentlySeen(REMEMBERED_EVENTS);
    const listener = {
      channel: kind.channel,
      onStatus: (status: object) => this.status(status),
      onMessage: (topic: SiteTopic, payload: unknown) => {
        const event = payload as Event;
        if (event.schema !== kind.schema || !(sites?.has(topic.siteId) ?? true) || !wants(event)) return;
        if (!seen.add(event.eventId)) return;
        this.send({ topic: kind.topicOf(event), payload: event, shelfwire: { ...topic } });
      },
    };
    const { connection } = server;
    connection.listen(listener);
    this.on('close', (_removed, done) => {
      connection.forget(listener);
      done();
    });
  });
}
