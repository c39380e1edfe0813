import { formatTopic } from '@shelfwire/contract';

import { brokerUsername, type GatewayKey } from './broker-login.ts';

/** What one user of the central broker may do. `%` in a filter stands for nothing here: each line is spelled out. */
interface Rights {
  write: readonly string[];
  read: readonly string[];
}

const EVERY_SITE = 'shelfwire/v1/+/+';

/** The parts of the centre. They serve every tenant, so theirs is the only access over all sites. */
export const CENTRAL_USERS = {
  ingest: {
    read: [`readings`, `gateways/+/status`, `stock`, `orders`].map((channel) => `${EVERY_SITE}/${channel}`),
    write: [`${EVERY_SITE}/confirmations/ingest`],
  },
  reorder: {
    // Stock and orders too: people who look at one replica see what another one did.
    read: [`readings`, `gateways/+/status`, `stock`, `orders`].map((channel) => `${EVERY_SITE}/${channel}`),
    write: [`confirmations/reorder`, `config`, `stock`, `orders`].map((channel) => `${EVERY_SITE}/${channel}`),
  },
  // Only looks: what comes from outside comes by a gateway or the HTTP API.
  'node-red': {
    read: [`readings`, `gateways/+/status`, `stock`, `orders`].map((channel) => `${EVERY_SITE}/${channel}`),
    write: [],
  },
} as const satisfies Record<string, Rights>;
export type CentralUser = keyof typeof CENTRAL_USERS;

/**
 * A gateway publishes its site's readings and its own status, and hears what is confirmed and configured at its site.
 * @throws RangeError if an id could reach beyond one level of a topic
 */
export function gatewayRights({ tenantId, siteId, gatewayId }: GatewayKey): Rights {
  const site = { tenantId, siteId };
  return {
    write: [formatTopic({ channel: 'readings', ...site }), formatTopic({ channel: 'status', gatewayId, ...site })],
    read: [
      formatTopic({ channel: 'confirmations', consumer: 'ingest', ...site }),
      formatTopic({ channel: 'confirmations', consumer: 'reorder', ...site }),
      formatTopic({ channel: 'config', ...site }),
    ],
  };
}

/** Mosquitto's acl_file. Who is not in it may do nothing. */
export function accessListText(gateways: readonly GatewayKey[], central: readonly CentralUser[]): string {
  const blocks = [
    '# Generated from the gateways in the database. Tenant and site are taken from the topic, so this keeps them apart.',
    ...central.map((user) => block(user, CENTRAL_USERS[user])),
    ...gateways.map((gateway) => block(brokerUsername(gateway), gatewayRights(gateway))),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function block(user: string, { write, read }: Rights): string {
  const lines = [
    ...[...read].filter((topic) => !write.includes(topic)).map((topic) => `topic read ${topic}`),
    ...[...write].map((topic) => `topic ${read.includes(topic) ? 'readwrite' : 'write'} ${topic}`),
  ];
  return [`user ${user}`, ...lines].join('\n');
}
