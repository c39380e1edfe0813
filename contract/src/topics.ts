import { consumerSchema, type Consumer } from './confirmation.ts';
import { idSchema } from './reading.ts';

const ROOT = 'shelfwire/v1';

/** Tenant and site come from the topic, which the broker's ACL guards, never from a payload (design D5). */
export interface SiteAddress {
  tenantId: string;
  siteId: string;
}

export type Topic =
  | ({ channel: 'readings' | 'config' | 'stock' | 'orders' } & SiteAddress)
  | ({ channel: 'confirmations'; consumer: Consumer } & SiteAddress)
  | ({ channel: 'status'; gatewayId: string } & SiteAddress);

/** Builds the topic a message is published on. Throws a RangeError if an id could not be a topic level. */
export function formatTopic(topic: Topic): string {
  const base = `${ROOT}/${level(topic.tenantId)}/${level(topic.siteId)}`;
  switch (topic.channel) {
    case 'confirmations':
      return `${base}/confirmations/${topic.consumer}`;
    case 'status':
      return `${base}/gateways/${level(topic.gatewayId)}/status`;
    default:
      return `${base}/${topic.channel}`;
  }
}

/** Reads a topic of ours; undefined if it is none. */
export function parseTopic(text: string): Topic | undefined {
  const [root, version, tenantId = '', siteId = '', channel, ...rest] = text.split('/');
  if (`${root}/${version}` !== ROOT || !isId(tenantId) || !isId(siteId)) return undefined;
  const address = { tenantId, siteId };
  switch (channel) {
    case 'readings':
    case 'config':
    case 'stock':
    case 'orders':
      return rest.length === 0 ? { channel, ...address } : undefined;
    case 'confirmations': {
      const consumer = consumerSchema.safeParse(rest[0]);
      return rest.length === 1 && consumer.success
        ? { channel: 'confirmations', consumer: consumer.data, ...address }
        : undefined;
    }
    case 'gateways': {
      const [gatewayId = '', last] = rest;
      return rest.length === 2 && last === 'status' && isId(gatewayId)
        ? { channel: 'status', gatewayId, ...address }
        : undefined;
    }
    default:
      return undefined;
  }
}

/** Subscriptions over every tenant and site, for services at the centre. */
export const ALL_SITES = {
  readings: `${ROOT}/+/+/readings`,
  status: `${ROOT}/+/+/gateways/+/status`,
  stock: `${ROOT}/+/+/stock`,
  orders: `${ROOT}/+/+/orders`,
} as const;

/** `$share/<group>/<filter>`: replicas of one consumer share the work, where the broker has it (Aedes has not). */
export function sharedSubscription(group: string, filter: string): string {
  return `$share/${group}/${filter}`;
}

function level(id: string): string {
  if (!isId(id)) throw new RangeError(`"${id}" cannot be a topic level: use letters, digits and . _ : - only`);
  return id;
}

function isId(text: string): boolean {
  return idSchema.safeParse(text).success;
}
