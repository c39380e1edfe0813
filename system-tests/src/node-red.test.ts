import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MosquittoServer, needs, NodeRedServer, type FlowNode } from '@shelfwire/test-servers';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { eventually } from './faults/eventually.ts';
import { GatewayProcess } from './faults/gateway-process.ts';
import { ADMIN, ReorderProcess } from './reorder-process.ts';
import { catalogue, PIECE_GRAMS } from './two-bins.ts';

const WAIT_MS = 60_000;
const NO_SUPPLIER_PORT = 9;
const DEVICE = { deviceId: 'scale-bolts', measure: 'g', username: 'node-red' };
const DEVICE_PASSWORD = 'password of the flow’s device';

interface Seen {
  topic: string;
  payload: Record<string, unknown>;
}

// A flow is a device of the real gateway, and a watcher and buyer at the real reorder-service.
describe.runIf(needs('mosquitto'))('a Node-RED flow in the whole chain', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shelfwire-node-red-chain-'));
  let broker: MosquittoServer;
  let service: ReorderProcess;
  let gateway: GatewayProcess;
  let nodeRed: NodeRedServer;
  let tester: MqttClient;
  const seen: Seen[] = [];

  beforeAll(async () => {
    [broker, nodeRed] = await Promise.all([MosquittoServer.start(), NodeRedServer.start()]);
    // Somebody, or a flow, must approve.
    const text = catalogue(NO_SUPPLIER_PORT).replaceAll('autoApprove: true', 'autoApprove: false');
    service = await ReorderProcess.start({ mqttUrl: broker.url, catalogue: text });
    writeFileSync(join(folder, 'gateway.yaml'), await gatewayFile());
    gateway = await GatewayProcess.start(folder, 'gateway', broker.url);
    await gateway.process.ready();
    tester = await connectAsync(broker.url);
    tester.on('message', (topic, payload) => {
      seen.push({ topic: topic.replace('seen/', ''), payload: JSON.parse(payload.toString()) as Seen['payload'] });
    });
    await tester.subscribeAsync('seen/#', { qos: 1 });
    await nodeRed.deploy(flow(broker, service.baseUrl, gateway.deviceUrl));
  }, 120_000);

  afterAll(async () => {
    await tester?.endAsync(true);
    await gateway?.process.stop();
    await Promise.all([nodeRed?.close(), service?.close()]);
    await broker?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** With the lines that the node's dialog shows. */
  async function gatewayFile(): Promise<string> {
    const answer = await fetch(`${nodeRed.url}/shelfwire/device-entry?${new URLSearchParams(DEVICE).toString()}`);
    const entry = (await answer.text()).replace('…', DEVICE_PASSWORD);
    return ['tenantId: demo', 'siteId: plant-1', 'gatewayId: gw-1', 'devices:', entry].join('\n');
  }

  /** The scale goes on saying the weight, as scales do, until something is seen of it. */
  async function weighUntil(grams: number, what: string, is: (one: Seen) => boolean): Promise<Seen['payload']> {
    seen.length = 0;
    await eventually(
      what,
      async () => {
        await tester.publishAsync('do/weigh', JSON.stringify({ value: grams, stable: true }), { qos: 1 });
        return seen.some(is);
      },
      WAIT_MS,
    );
    return seen.find(is)?.payload ?? {};
  }

  test('what it measures becomes stock, and it is told', async () => {
    const payload = await weighUntil(
      50 * PIECE_GRAMS,
      'the stock event of 50 pieces',
      ({ topic, payload }) => topic === 'stock' && payload['onHand'] === 50,
    );
    expect(payload).toMatchObject({ binId: 'bin-bolts', itemId: 'bolt-m8', status: 'OK' });
  }, 120_000);

  test('the order that follows waits for approval, and the flow approves it', async () => {
    const payload = await weighUntil(10 * PIECE_GRAMS, 'the approval', ({ topic }) => topic === 'approved');
    const orderId = String(payload['orderId']);
    const login = await fetch(`${service.baseUrl}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ADMIN),
    });
    const { accessToken } = (await login.json()) as { accessToken: string };
    const answer = await fetch(`${service.baseUrl}/api/v1/orders/${orderId}`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    const order = (await answer.json()) as {
      status: string;
      lines: { orderedQuantity: number }[];
      history: { note: string }[];
    };
    expect(order.status).not.toBe('PENDING_APPROVAL');
    expect(order.lines[0]?.orderedQuantity).toBe(50);
  }, 120_000);

  test('readings come out by bin, as soon as the centre has said which devices stand under it', async () => {
    const reading = await weighUntil(8 * PIECE_GRAMS, 'a reading by bin', ({ topic }) => topic === 'reading');
    expect(reading).toMatchObject({ kind: 'weight', deviceId: 'scale-bolts', quality: 'good', netGrams: 80 });
  }, 120_000);
});

function flow(broker: MosquittoServer, apiUrl: string, gatewayUrl: string): FlowNode[] {
  const place = { z: 'tab', x: 100, y: 100 };
  const tell = (id: string): FlowNode => ({
    id: `tell-${id}`,
    type: 'mqtt out',
    topic: `seen/${id}`,
    qos: '1',
    retain: 'false',
    broker: 'plumbing',
    wires: [],
    ...place,
  });
  const clean = { autoConnect: true, protocolVersion: '4', keepalive: '60', cleansession: true };
  // Its own topic must not win over the message's.
  const bare = (id: string): FlowNode => ({
    id: `bare-${id}`,
    type: 'change',
    rules: [{ t: 'delete', p: 'topic', pt: 'msg' }],
    wires: [[`tell-${id}`]],
    ...place,
  });
  return [
    { id: 'tab', type: 'tab', label: 'site' },
    {
      id: 'plumbing',
      type: 'mqtt-broker',
      broker: '127.0.0.1',
      port: String(broker.port),
      clientid: 'flow-of-the-test',
      ...clean,
    },
    {
      id: 'centre',
      type: 'shelfwire-server',
      tenantId: 'demo',
      brokerUrl: broker.url,
      apiUrl,
      credentials: { email: ADMIN.email, password: ADMIN.password },
    },
    {
      id: 'gateway',
      type: 'shelfwire-gateway',
      url: gatewayUrl,
      credentials: { username: DEVICE.username, password: DEVICE_PASSWORD },
    },
    {
      id: 'weigh',
      type: 'mqtt in',
      topic: 'do/weigh',
      qos: '1',
      datatype: 'json',
      broker: 'plumbing',
      wires: [['scale']],
      ...place,
    },
    { id: 'scale', type: 'shelfwire-reading-out', gateway: 'gateway', ...DEVICE, wires: [], ...place },
    {
      id: 'by-bin',
      type: 'shelfwire-reading-in',
      server: 'centre',
      siteId: 'plant-1',
      binId: 'bin-bolts',
      goodOnly: true,
      wires: [['bare-reading']],
      ...place,
    },
    bare('reading'),
    tell('reading'),
    {
      id: 'level',
      type: 'shelfwire-stock-event',
      server: 'centre',
      binId: 'bin-bolts',
      wires: [['bare-stock']],
      ...place,
    },
    bare('stock'),
    tell('stock'),
    {
      id: 'waiting',
      type: 'shelfwire-order-event',
      server: 'centre',
      status: 'PENDING_APPROVAL',
      wires: [['buyer']],
      ...place,
    },
    {
      id: 'buyer',
      type: 'shelfwire-order-action',
      server: 'centre',
      action: 'approve',
      reason: 'by rule',
      wires: [['bare-approved']],
      ...place,
    },
    bare('approved'),
    tell('approved'),
  ];
}
