import type { FlowNode } from '@shelfwire/test-servers';

/** A node without a place is taken for a configuration node. */
const ON_THE_CANVAS = { z: 'tab', x: 100, y: 100 };

/** Nodes that let a test see what comes out of a node, and give it what goes in, by MQTT topics of the same broker. */
export function observed(brokerPort: number, config: readonly FlowNode[], nodes: readonly FlowNode[]): FlowNode[] {
  const broker = {
    id: 'test-broker',
    type: 'mqtt-broker',
    broker: '127.0.0.1',
    port: String(brokerPort),
    clientid: 'test-flow',
    autoConnect: true,
    protocolVersion: '4',
    keepalive: '60',
    cleansession: true,
  };
  return [
    { id: 'tab', type: 'tab', label: 'test' },
    broker,
    ...config,
    ...nodes.map((node) => ({ ...node, ...ON_THE_CANVAS })),
  ];
}

/** What comes out of `id` is published whole on `seen/<id>`. */
export function sink(id: string): FlowNode[] {
  return [
    {
      id: `${id}-whole`,
      type: 'function',
      func: `return { topic: 'seen/${id}', payload: JSON.stringify({ topic: msg.topic, payload: msg.payload, shelfwire: msg.shelfwire, error: msg.error && msg.error.message }) };`,
      outputs: 1,
      libs: [],
      wires: [[`${id}-out`]],
    },
    { id: `${id}-out`, type: 'mqtt out', topic: '', qos: '1', retain: 'false', broker: 'test-broker', wires: [] },
  ];
}

/** What is published on `do/<id>` as JSON is the message that `id` gets. */
export function source(id: string, to: string): FlowNode[] {
  return [
    {
      id: `${id}-in`,
      type: 'mqtt in',
      topic: `do/${id}`,
      qos: '1',
      datatype: 'json',
      broker: 'test-broker',
      rap: true,
      rh: 0,
      wires: [[`${id}-open`]],
    },
    { id: `${id}-open`, type: 'function', func: 'return msg.payload;', outputs: 1, libs: [], wires: [[to]] },
  ];
}
