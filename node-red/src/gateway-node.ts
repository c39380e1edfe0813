import type { IClientOptions } from 'mqtt';

import { type NodeSettings, type Red, type RedNode, textSetting } from './red.ts';
import { tlsOptions } from './tls-options.ts';

/** The configuration node *shelfwire-gateway*: a site's gateway, and how to sign in as a device. */
export interface GatewayNode extends RedNode {
  url: string;
  username: string;
  mqtt: IClientOptions;
}

export function register(red: Red): void {
  red.nodes.registerType(
    'shelfwire-gateway',
    function (this: RedNode, settings: NodeSettings) {
      red.nodes.createNode(this, settings);
      const node = this as GatewayNode;
      const { username, password } = node.credentials ?? {};
      node.url = textSetting(settings, 'url') ?? 'mqtt://127.0.0.1:1883';
      node.username = username ?? '';
      node.mqtt = {
        ...(username ? { username } : {}),
        ...(password ? { password } : {}),
        ...tlsOptions(red, settings),
      };
    },
    { credentials: { username: { type: 'text' }, password: { type: 'password' } } },
  );
}
