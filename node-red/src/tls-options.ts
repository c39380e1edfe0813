import type { IClientOptions } from 'mqtt';

import type { NodeSettings, Red, RedNode } from './red.ts';

/** Node-RED's own *tls-config* node, whose certificates the editor manages. */
interface TlsNode extends RedNode {
  addTLSOptions(options: IClientOptions): IClientOptions;
}

export function tlsOptions(red: Red, settings: NodeSettings): IClientOptions {
  const tls = red.nodes.getNode(settings['tls']) as TlsNode | null;
  return tls ? tls.addTLSOptions({}) : {};
}
