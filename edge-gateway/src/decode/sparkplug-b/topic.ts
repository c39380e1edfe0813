export type MessageType = 'NBIRTH' | 'NDEATH' | 'NDATA' | 'NCMD' | 'DBIRTH' | 'DDEATH' | 'DDATA' | 'DCMD' | 'STATE';

export interface SparkplugTopic {
  type: MessageType;
  group: string;
  edgeNode: string;
  /** Absent for messages of the node itself. */
  device?: string;
}

const TYPES: ReadonlySet<string> = new Set(['NBIRTH', 'NDEATH', 'NDATA', 'NCMD', 'DBIRTH', 'DDEATH', 'DDATA', 'DCMD']);

/** `spBv1.0/<group>/<type>/<edge node>[/<device>]`, and the host application's `STATE`. */
export function parseSparkplugTopic(topic: string): SparkplugTopic | undefined {
  const [namespace, group = '', type = '', edgeNode = '', device, ...rest] = topic.split('/');
  if (namespace === 'STATE' || group === 'STATE') return { type: 'STATE', group: '', edgeNode: '' };
  if (namespace !== 'spBv1.0' || !TYPES.has(type) || group === '' || edgeNode === '' || rest.length > 0)
    return undefined;
  const isDeviceType = type.startsWith('D');
  if (isDeviceType !== (device !== undefined && device !== '')) return undefined;
  return { type: type as MessageType, group, edgeNode, ...(isDeviceType && device !== undefined && { device }) };
}
