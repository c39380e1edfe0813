/** The topics that the centre publishes on, as contract/src/topics.ts has them; the palette is installed without it. */
export type Channel = 'readings' | 'stock' | 'orders';

export interface SiteTopic {
  tenantId: string;
  siteId: string;
  channel: Channel;
}

const TOPIC = /^shelfwire\/v1\/([^/]+)\/([^/]+)\/(readings|stock|orders)$/;

export function parseSiteTopic(topic: string): SiteTopic | undefined {
  const [, tenantId, siteId, channel] = TOPIC.exec(topic) ?? [];
  if (tenantId === undefined || siteId === undefined || channel === undefined) return undefined;
  return { tenantId, siteId, channel: channel as Channel };
}

export function channelFilter(tenantId: string, channel: Channel): string {
  return `shelfwire/v1/${tenantId}/+/${channel}`;
}
