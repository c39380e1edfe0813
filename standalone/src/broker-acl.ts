import { parseTopic, type Consumer, type Topic } from '@shelfwire/contract';

/** Who may connect to the central broker; the same three as in mosquitto/acl. */
export type CentralUser = 'ingest' | 'reorder' | 'gateway';

export interface GatewayScope {
  tenantId: string;
  siteId: string;
  gatewayId: string;
}

interface Rights {
  publish(topic: Topic, scope: GatewayScope): boolean;
  receive(topic: Topic, scope: GatewayScope): boolean;
}

/** Tenant and site are taken from the topic, so this is what keeps sites apart (design D5). */
const RIGHTS: Readonly<Record<CentralUser, Rights>> = {
  ingest: {
    publish: (topic) => isConfirmationOf(topic, 'ingest'),
    receive: (topic) => isOneOf(topic, ['readings', 'status', 'stock', 'orders']),
  },
  reorder: {
    publish: (topic) => isOneOf(topic, ['config', 'stock', 'orders']) || isConfirmationOf(topic, 'reorder'),
    // Stock and orders too: people who look at one replica see what another one did.
    receive: (topic) => isOneOf(topic, ['readings', 'status', 'stock', 'orders']),
  },
  gateway: {
    publish: (topic, scope) => isOfSite(topic, scope) && (isOneOf(topic, ['readings']) || isOwnStatus(topic, scope)),
    receive: (topic, scope) => isOfSite(topic, scope) && isOneOf(topic, ['confirmations', 'config']),
  },
};

export function mayPublish(user: CentralUser, scope: GatewayScope, topicName: string): boolean {
  const topic = parseTopic(topicName);
  return topic !== undefined && RIGHTS[user].publish(topic, scope);
}

/** Checked on delivery, since a filter with wildcards may name more than the user may see. */
export function mayReceive(user: CentralUser, scope: GatewayScope, topicName: string): boolean {
  const topic = parseTopic(topicName);
  return topic !== undefined && RIGHTS[user].receive(topic, scope);
}

function isConfirmationOf(topic: Topic, consumer: Consumer): boolean {
  return topic.channel === 'confirmations' && topic.consumer === consumer;
}

function isOneOf(topic: Topic, channels: readonly Topic['channel'][]): boolean {
  return channels.includes(topic.channel);
}

function isOfSite(topic: Topic, scope: GatewayScope): boolean {
  return topic.tenantId === scope.tenantId && topic.siteId === scope.siteId;
}

function isOwnStatus(topic: Topic, scope: GatewayScope): boolean {
  return topic.channel === 'status' && topic.gatewayId === scope.gatewayId;
}
