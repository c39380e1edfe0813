import type { IClientOptions } from 'mqtt';

import { ApiClient } from './api-client.ts';
import { CentralConnection } from './central-connection.ts';
import { type NodeSettings, type Red, type RedNode, textSetting } from './red.ts';
import { tlsOptions } from './tls-options.ts';

/** The configuration node *shelfwire-server*: the centre, as the other nodes see it. */
export interface ServerNode extends RedNode {
  tenantId: string;
  /** Undefined where the settings name no broker. */
  connection: CentralConnection | undefined;
  /** Undefined where the settings name no API or no login. */
  api: ApiClient | undefined;
}

export function register(red: Red): void {
  red.nodes.registerType(
    'shelfwire-server',
    function (this: RedNode, settings: NodeSettings) {
      red.nodes.createNode(this, settings);
      const node = this as ServerNode;
      const tenantId = textSetting(settings, 'tenantId') ?? '';
      node.tenantId = tenantId;
      const url = textSetting(settings, 'brokerUrl');
      if (url !== undefined && tenantId !== '') {
        const onProblem = onceInAWhile((text) => node.warn(text));
        node.connection = new CentralConnection({ url, tenantId, mqtt: mqttOptions(red, node, settings), onProblem });
      }
      const { email = '', password = '' } = node.credentials ?? {};
      const apiUrl = textSetting(settings, 'apiUrl');
      if (apiUrl !== undefined && email !== '') node.api = new ApiClient(apiUrl, { email, password });
      node.on('close', (_removed, done) => {
        void (node.connection?.close() ?? Promise.resolve()).finally(done);
      });
    },
    {
      credentials: {
        mqttUsername: { type: 'text' },
        mqttPassword: { type: 'password' },
        email: { type: 'text' },
        password: { type: 'password' },
      },
    },
  );
}

function mqttOptions(red: Red, node: RedNode, settings: NodeSettings): IClientOptions {
  const { mqttUsername, mqttPassword } = node.credentials ?? {};
  const persistent = settings['persistent'] === true;
  return {
    // The broker keeps what comes while Node-RED is away only for a client that it knows again.
    clean: !persistent,
    clientId: `node-red-${node.id}`,
    reconnectPeriod: 2_000,
    ...(mqttUsername ? { username: mqttUsername } : {}),
    ...(mqttPassword ? { password: mqttPassword } : {}),
    ...tlsOptions(red, settings),
  };
}

const TELL_EVERY_MS = 60_000;

/** A broker that is away fails every two seconds; the log needs that once a minute. */
function onceInAWhile(tell: (text: string) => void): (text: string) => void {
  const lastToldAtMs = new Map<string, number>();
  return (text) => {
    const nowMs = Date.now();
    if (nowMs - (lastToldAtMs.get(text) ?? 0) < TELL_EVERY_MS) return;
    if (lastToldAtMs.size > 100) lastToldAtMs.clear();
    lastToldAtMs.set(text, nowMs);
    tell(text);
  };
}

/** @returns the server chosen in a node's settings, or undefined, and the node says so */
export function findServer(red: Red, node: RedNode, settings: NodeSettings): ServerNode | undefined {
  const server = red.nodes.getNode(settings['server']) as ServerNode | null;
  if (server) return server;
  node.status({ fill: 'red', shape: 'dot', text: 'no server chosen' });
  return undefined;
}
