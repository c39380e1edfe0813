import { randomUUID } from 'node:crypto';

import { MosquittoServer, needs, NodeRedServer, type FlowNode } from '@shelfwire/test-servers';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { observed, sink, source } from './testing/bench-flow.ts';
import { eventually } from './testing/eventually.ts';

const TOPIC = 'node-red/shelf-9';

describe.runIf(needs('mosquitto'))('reading out, on a real Node-RED', () => {
  let plumbing: MosquittoServer;
  let site: MosquittoServer;
  let nodeRed: NodeRedServer;
  let tester: MqttClient;
  let listener: MqttClient;
  const arrived: { value: number; atMs: number }[] = [];
  /** What the flow has told of, as JSON: kept on its disk, or refused with a reason. */
  const kept = new Set<string>();
  const refused = new Map<string, string>();

  beforeAll(async () => {
    [plumbing, site] = await Promise.all([MosquittoServer.start(), MosquittoServer.start()]);
    nodeRed = await NodeRedServer.start();
    tester = await connectAsync(plumbing.url);
    tester.on('message', (topic, payload) => {
      const told = JSON.parse(payload.toString()) as { payload: unknown; error?: string };
      if (topic === 'seen/kept') kept.add(JSON.stringify(told.payload));
      else refused.set(JSON.stringify(told.payload), told.error ?? '');
    });
    await tester.subscribeAsync('seen/#', { qos: 1 });
    // A session that outlives the broker's restarts: what arrives is counted whole.
    listener = await connectAsync(site.url, { clientId: 'listener', clean: false, reconnectPeriod: 100 });
    listener.on('message', (_topic, payload) => arrived.push(JSON.parse(payload.toString()) as (typeof arrived)[0]));
    await listener.subscribeAsync(TOPIC, { qos: 1 });
    await nodeRed.deploy(observed(plumbing.port, [gateway(site.url)], flow()));
  });

  afterAll(async () => {
    await Promise.all([tester.endAsync(true), listener.endAsync(true)]);
    await Promise.all([nodeRed.close(), plumbing.close(), site.close()]);
  });

  /** Until the flow has told that they are on its disk. */
  async function give(values: readonly unknown[]): Promise<void> {
    const texts = values.map((payload) => JSON.stringify(payload));
    for (const payload of values) await tester.publishAsync('do/out', JSON.stringify({ payload }), { qos: 1 });
    await eventually(
      'the flow has them',
      () => texts.every((text) => kept.has(text) || refused.has(text)) || undefined,
    );
  }

  const values = (): number[] => arrived.map(({ value }) => value);

  test('what is measured reaches the broker with its time', async () => {
    await eventually('the flow listens', async () => {
      await tester.publishAsync('do/out', JSON.stringify({ payload: 1 }), { qos: 1 });
      await new Promise((resolve) => setTimeout(resolve, 50));
      return kept.size > 0 || undefined;
    });
    await give([{ value: 2.5, atMs: 1_790_000_000_000, stable: true }]);
    await eventually('it came', () => values().includes(2.5) || undefined);
    expect(arrived.find(({ value }) => value === 2.5)).toEqual({ value: 2.5, atMs: 1_790_000_000_000, stable: true });
  });

  test('what is no number goes to the catch node', async () => {
    await give(['full', { value: null }]);
    expect([...refused.keys()]).toEqual(['"full"', '{"value":null}']);
    expect(refused.get('"full"')).toContain('no number in msg.payload: "full"');
  });

  test('while the gateway is away, and Node-RED is ended and killed, nothing is lost and the order is kept', async () => {
    arrived.length = 0;
    const sent = Array.from({ length: 60 }, (_, index) => 100 + index);
    await site.stop();
    await give(sent.slice(0, 20));
    await restart('SIGTERM');
    await give(sent.slice(20, 40));
    await restart('SIGKILL');
    await give(sent.slice(40));
    await site.restart();
    await eventually('all have come', () => values().includes(159) || undefined);
    expect([...new Set(values())]).toEqual(sent);
    // And when it was all acknowledged, a restart sends nothing again.
    await eventually('the queue is empty', async () => ((await waitingText()) === 'connected' ? true : undefined));
  });

  async function restart(signal: NodeJS.Signals): Promise<void> {
    await nodeRed.stop(signal);
    await nodeRed.restart();
    // The plumbing of the test connects again by itself; a value that is refused tells when it has.
    const probe = `probe ${randomUUID()}`;
    await eventually('the flow listens again', async () => {
      await tester.publishAsync('do/out', JSON.stringify({ payload: probe }), { qos: 1 });
      await new Promise((resolve) => setTimeout(resolve, 50));
      return refused.has(JSON.stringify(probe)) || undefined;
    });
  }

  async function waitingText(): Promise<string | undefined> {
    const answer = await fetch(`${nodeRed.url}/shelfwire-test/status`);
    return answer.ok ? ((await answer.json()) as { text: string }).text : undefined;
  }
});

function gateway(url: string): FlowNode {
  return { id: 'gateway', type: 'shelfwire-gateway', url, credentials: { username: 'node-red', password: 'secret' } };
}

function flow(): FlowNode[] {
  return [
    {
      id: 'out',
      type: 'shelfwire-reading-out',
      gateway: 'gateway',
      deviceId: 'shelf-9',
      measure: 'kg',
      queueMegabytes: 1,
    },
    ...source('out', 'out'),
    { id: 'complete', type: 'complete', scope: ['out'], uncaught: false, wires: [['kept-whole']] },
    ...sink('kept'),
    { id: 'catch', type: 'catch', scope: ['out'], wires: [['refused-whole']] },
    ...sink('refused'),
    // What the editor shows below the node, for the test to ask.
    { id: 'status', type: 'status', scope: ['out'], wires: [['remember']] },
    { id: 'remember', type: 'function', func: "flow.set('status', msg.status);", outputs: 0, libs: [], wires: [] },
    { id: 'asked', type: 'http in', url: '/shelfwire-test/status', method: 'get', wires: [['tell']] },
    {
      id: 'tell',
      type: 'function',
      func: "msg.payload = flow.get('status') || {}; return msg;",
      outputs: 1,
      libs: [],
      wires: [['answer']],
    },
    { id: 'answer', type: 'http response', statusCode: '', wires: [] },
  ];
}
