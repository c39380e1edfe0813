import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { API_ROUTES } from '@shelfwire/contract/api';
import { MosquittoServer, needs, NodeRedServer, type FlowNode } from '@shelfwire/test-servers';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { ContractApi } from './testing/contract-api.ts';
import { contractSample } from './testing/contract-sample.ts';
import { eventually } from './testing/eventually.ts';
import { observed, sink, source } from './testing/bench-flow.ts';

const PACKAGE = join(__dirname, '..');
const SAMPLES = join(PACKAGE, '../contract/samples/v1/valid');
const ORDER_ID = '6f1c2f86-6f0c-4f6e-9a3a-0d5f6b1b7c01';

interface Seen {
  topic: string;
  payload: Record<string, unknown>;
  shelfwire: Record<string, unknown>;
  error?: string;
}

function sample(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(SAMPLES, `${name}.json`), 'utf8')) as Record<string, unknown>;
}

describe.runIf(needs('mosquitto'))('the palette on a real Node-RED', () => {
  let broker: MosquittoServer;
  let nodeRed: NodeRedServer;
  let client: MqttClient;
  let api: ContractApi;
  let orderStatus = 'PENDING_APPROVAL';
  /** In everything that a probe leaves: an answer to one may come at any time, also in the middle of the next test. */
  const probeIds = new Set<string>();
  const probed = new Set<string>();
  const seen = new Map<string, Seen[]>();
  const seenOf = (id: string): Seen[] => seen.get(`seen/${id}`) ?? [];

  beforeAll(async () => {
    broker = await MosquittoServer.start();
    api = await ContractApi.start({
      approveOrder: ({ orderId }) =>
        orderStatus === 'PENDING_APPROVAL'
          ? { status: 200, body: { orderId, status: 'APPROVED' } }
          : { status: 409, body: { title: 'Conflict', detail: 'the order does not wait for approval' } },
      getOrder: () => ({ status: 200, body: orderDetail(orderStatus) }),
      declineOrder: () => ({ status: 200, body: { orderId: ORDER_ID, status: 'REJECTED' } }),
      cancelOrder: () => ({ status: 200, body: { orderId: ORDER_ID, status: 'CANCELLED' } }),
      getBin: () => ({ status: 200, body: binDetail() }),
    });
    // What the examples read.
    nodeRed = await NodeRedServer.start({
      SHELFWIRE_TENANT: 'demo',
      SHELFWIRE_BROKER_URL: broker.url,
      SHELFWIRE_API_URL: api.url,
      SHELFWIRE_GATEWAY_URL: broker.url,
    });
    client = await connectAsync(broker.url);
    client.on('message', (topic, payload) => {
      const text = payload.toString();
      if ([...probeIds].some((id) => text.includes(id))) probed.add(topic);
      else seen.set(topic, [...(seen.get(topic) ?? []), JSON.parse(text) as Seen]);
    });
    await client.subscribeAsync('seen/#', { qos: 1 });
  });

  afterEach(() => {
    expect(api.violations).toEqual([]);
    seen.clear();
    orderStatus = 'PENDING_APPROVAL';
  });

  afterAll(async () => {
    await client.endAsync(true);
    await Promise.all([nodeRed.close(), broker.close(), api.close()]);
  });

  const server = (): FlowNode => ({
    id: 'server',
    type: 'shelfwire-server',
    tenantId: 'demo',
    brokerUrl: broker.url,
    apiUrl: api.url,
    persistent: false,
    credentials: { mqttUsername: '', mqttPassword: '', email: 'flow@plant.example', password: 'secret' },
  });

  /** Deploys the nodes and waits until what they listen to reaches them: a probe is published until it is seen. */
  async function deploy(
    nodes: readonly FlowNode[],
    probe?: { topic: string; payload: (id: string) => object; at: string },
  ): Promise<void> {
    await nodeRed.deploy(observed(broker.port, [server()], nodes));
    if (!probe) return;
    probed.clear();
    await eventually(`${probe.at} hears a probe`, async () => {
      const id = randomUUID();
      probeIds.add(id);
      await client.publishAsync(probe.topic, JSON.stringify(probe.payload(id)), { qos: 1 });
      await new Promise((resolve) => setTimeout(resolve, 50));
      return probed.has(`seen/${probe.at}`) || undefined;
    });
  }

  const readings = 'shelfwire/v1/demo/plant-1/readings';
  const batch = (outboxId: string = randomUUID()): Record<string, unknown> => ({
    ...sample('readings.every-kind'),
    outboxId,
  });

  test('loads every node that package.json names', async () => {
    const { 'node-red': palette } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {
      'node-red': { nodes: Record<string, string> };
    };
    const ours = (await nodeRed.nodeSets()).filter(({ id }) => id.startsWith('@shelfwire/node-red/'));
    expect(ours.flatMap(({ types }) => types).toSorted()).toEqual(Object.keys(palette.nodes).toSorted());
    expect(ours.filter(({ enabled, err }) => !enabled || err !== undefined)).toEqual([]);
  });

  test('reading in gives each reading once, however often its batch comes', async () => {
    const node = { id: 'all', type: 'shelfwire-reading-in', server: 'server', goodOnly: false, wires: [['all-whole']] };
    await deploy([node, ...sink('all')], { topic: readings, payload: batch, at: 'all' });
    const one = batch();
    for (let time = 0; time < 3; time += 1) await client.publishAsync(readings, JSON.stringify(one), { qos: 1 });
    await client.publishAsync(readings, 'not JSON', { qos: 1 });
    const last = batch();
    await client.publishAsync(readings, JSON.stringify(last), { qos: 1 });
    const count = (one['readings'] as unknown[]).length;
    await eventually(
      'the last batch came',
      () => seenOf('all').at(-1)?.shelfwire['outboxId'] === last['outboxId'] || undefined,
    );
    const ofOne = seenOf('all').filter(({ shelfwire }) => shelfwire['outboxId'] === one['outboxId']);
    expect(ofOne.map(({ payload }) => payload)).toEqual(one['readings']);
    expect(ofOne.map(({ shelfwire }) => shelfwire['sequence'])).toEqual(
      Array.from({ length: count }, (_, index) => Number(one['firstSequence']) + index),
    );
    expect(ofOne[0]?.shelfwire).toMatchObject({ tenantId: 'demo', siteId: 'plant-1', gatewayId: one['gatewayId'] });
  });

  test('reading in lets through the kinds and sites that were chosen', async () => {
    const node = {
      id: 'some',
      type: 'shelfwire-reading-in',
      server: 'server',
      siteId: 'plant-1',
      kind: 'count, level',
    };
    await deploy([{ ...node, goodOnly: true, wires: [['some-whole']] }, ...sink('some')], {
      topic: readings,
      payload: batch,
      at: 'some',
    });
    await client.publishAsync('shelfwire/v1/demo/plant-2/readings', JSON.stringify(batch()), { qos: 1 });
    const here = batch();
    await client.publishAsync(readings, JSON.stringify(here), { qos: 1 });
    await eventually(
      'the batch came',
      () => seenOf('some').some(({ shelfwire }) => shelfwire['outboxId'] === here['outboxId']) || undefined,
    );
    const wanted = (here['readings'] as { kind: string; quality: string }[]).filter(
      ({ kind, quality }) => ['count', 'level'].includes(kind) && quality === 'good',
    );
    expect(seenOf('some').map(({ payload }) => payload)).toEqual(wanted);
  });

  test('reading in by bin asks the centre which devices stand under it', async () => {
    const node = { id: 'bin', type: 'shelfwire-reading-in', server: 'server', siteId: 'plant-1', binId: 'A-01' };
    const weightOf = (deviceId: string, outboxId: string = randomUUID()): object => ({
      ...sample('readings.weight'),
      outboxId,
      readings: [{ ...(sample('readings.weight')['readings'] as object[])[0], deviceId }],
    });
    await deploy([{ ...node, goodOnly: false, wires: [['bin-whole']] }, ...sink('bin')], {
      topic: readings,
      payload: (id) => weightOf('scale-of-the-bin', id),
      at: 'bin',
    });
    await client.publishAsync(readings, JSON.stringify(weightOf('scale-of-another')), { qos: 1 });
    await client.publishAsync(readings, JSON.stringify(weightOf('scale-of-the-bin')), { qos: 1 });
    const [first] = await eventually('a reading came', () => (seenOf('bin').length > 0 ? seenOf('bin') : undefined));
    expect(first).toMatchObject({
      topic: 'A-01',
      payload: { deviceId: 'scale-of-the-bin' },
      shelfwire: { binId: 'A-01' },
    });
    expect(seenOf('bin')).toHaveLength(1);
  });

  test('stock event gives what was chosen, once', async () => {
    const node = { id: 'low', type: 'shelfwire-stock-event', server: 'server', status: 'BELOW_REORDER,OUT_OF_STOCK' };
    const event = (status: string, eventId: string = randomUUID()): object => ({ ...sample('stock'), eventId, status });
    const topic = 'shelfwire/v1/demo/plant-1/stock';
    await deploy([{ ...node, wires: [['low-whole']] }, ...sink('low')], {
      topic,
      payload: (id) => event('OUT_OF_STOCK', id),
      at: 'low',
    });
    const low = event('BELOW_REORDER');
    for (const one of [event('OK'), low, low, event('OUT_OF_STOCK')]) {
      await client.publishAsync(topic, JSON.stringify(one), { qos: 1 });
    }
    await eventually('both came', () => seenOf('low').length >= 2 || undefined);
    expect(seenOf('low').map(({ payload }) => payload['status'])).toEqual(['BELOW_REORDER', 'OUT_OF_STOCK']);
    expect(seenOf('low')[0]).toMatchObject({ topic: 'A-01', payload: low });
  });

  test('readings, stock and orders are heard again after the broker was restarted and has forgotten everybody', async () => {
    const hears: Record<string, [type: string, channel: string, payload: () => Record<string, unknown>]> = {
      'in-again': ['shelfwire-reading-in', 'readings', batch],
      'stock-again': ['shelfwire-stock-event', 'stock', () => sample('stock')],
      'order-again': ['shelfwire-order-event', 'orders', () => sample('order')],
    };
    const nodes = Object.entries(hears).flatMap(([id, [type]]) => [
      { id, type, server: 'server', wires: [[`${id}-whole`]] },
      ...sink(id),
    ]);
    await nodeRed.deploy(observed(broker.port, [server()], nodes));
    const allHear = async (): Promise<void> => {
      for (const [id, [, channel, payload]] of Object.entries(hears)) {
        seen.delete(`seen/${id}`);
        await eventually(`${id} hears`, async () => {
          // Another event each time: what has been seen is not told again.
          const told = JSON.stringify({ ...payload(), ...(channel === 'readings' ? {} : { eventId: randomUUID() }) });
          await client.publishAsync(`shelfwire/v1/demo/plant-1/${channel}`, told, { qos: 1 });
          await new Promise((resolve) => setTimeout(resolve, 50));
          return seenOf(id).length > 0 || undefined;
        });
      }
    };
    await allHear();
    await broker.wipe();
    await allHear();
  });

  test('an order that waits for approval is approved by a flow of two nodes, also after the token has ended', async () => {
    const event = { id: 'waiting', type: 'shelfwire-order-event', server: 'server', status: 'PENDING_APPROVAL' };
    const act = {
      id: 'approve',
      type: 'shelfwire-order-action',
      server: 'server',
      action: 'approve',
      wires: [['approve-whole']],
    };
    const topic = 'shelfwire/v1/demo/plant-1/orders';
    const waiting = (orderId = ORDER_ID): object => ({
      ...sample('order'),
      orderId,
      eventId: randomUUID(),
      status: 'PENDING_APPROVAL',
    });
    await deploy([{ ...event, wires: [['approve']] }, act, ...sink('approve')], {
      topic,
      payload: waiting,
      at: 'approve',
    });
    api.forgetTokens();
    await client.publishAsync(topic, JSON.stringify({ ...sample('order'), eventId: randomUUID(), status: 'SENT' }), {
      qos: 1,
    });
    await client.publishAsync(topic, JSON.stringify(waiting()), { qos: 1 });
    const [answer] = await eventually('an answer came', () =>
      seenOf('approve').length > 0 ? seenOf('approve') : undefined,
    );
    expect(answer?.payload).toEqual({ orderId: ORDER_ID, status: 'APPROVED' });
    expect(seenOf('approve')).toHaveLength(1);
  });

  const actions = [
    source('act', 'act'),
    { id: 'act', type: 'shelfwire-order-action', server: 'server', action: '', wires: [['act-whole']] },
    sink('act'),
    { id: 'refused', type: 'catch', scope: ['act'], wires: [['refused-whole']] },
    sink('refused'),
  ].flat();

  async function act(message: object): Promise<Seen> {
    const topic = randomUUID(); // an answer to an earlier try of another action is none to this one
    return eventually('the action was answered', async () => {
      await client.publishAsync('do/act', JSON.stringify({ topic, ...message }), { qos: 1 });
      await new Promise((resolve) => setTimeout(resolve, 100));
      return [...seenOf('act'), ...seenOf('refused')].find((answer) => answer.topic === topic);
    });
  }

  test('snooze declines an order that waits, cancels one that was sent, and the need sleeps in both cases', async () => {
    await deploy(actions);
    const until = Date.now() + 86_400_000;
    const snooze = { action: 'snooze', reason: 'holidays', snoozeUntilMs: until, payload: { orderId: ORDER_ID } };
    expect((await act(snooze)).payload['status']).toBe('REJECTED');
    orderStatus = 'SENT';
    expect((await act(snooze)).payload['status']).toBe('CANCELLED');
    const bodies = api.asked
      .filter(({ route }) => ['declineOrder', 'cancelOrder'].includes(route))
      .map(({ body }) => body);
    expect(bodies.length).toBeGreaterThanOrEqual(2);
    for (const body of bodies) expect(body).toEqual({ reason: 'holidays', need: { kind: 'snooze', untilMs: until } });
  });

  test('what the service refuses reaches the catch node, in its own words', async () => {
    orderStatus = 'SENT';
    await deploy(actions);
    expect((await act({ action: 'approve', payload: ORDER_ID })).error).toContain('does not wait for approval');
    expect((await act({ action: 'burn', payload: ORDER_ID })).error).toContain('one of approve, reject');
    expect((await act({ action: 'cancel', payload: {} })).error).toContain('orderId');
  });

  test('passwords are in the encrypted credential file only', async () => {
    await deploy([]);
    expect(readFileSync(join(nodeRed.folder, 'flows.json'), 'utf8')).not.toContain('secret');
    const credentials = join(nodeRed.folder, 'flows_cred.json');
    expect(existsSync(credentials)).toBe(true);
    expect(readFileSync(credentials, 'utf8')).not.toContain('secret');
  });

  test('the editor gets the lines for gateway.yaml', async () => {
    const where = new URLSearchParams({ deviceId: 'shelf-9', measure: 'kg', username: 'node-red' });
    const answer = await fetch(`${nodeRed.url}/shelfwire/device-entry?${where.toString()}`);
    expect(await answer.text()).toContain("topics: ['node-red/shelf-9']");
  });

  const examples = readdirSync(join(PACKAGE, 'examples'));
  test.each(examples)('the example %s is imported and starts', async (name) => {
    const flows = JSON.parse(readFileSync(join(PACKAGE, 'examples', name), 'utf8')) as FlowNode[];
    await nodeRed.deploy(flows);
    const known = (await nodeRed.nodeSets()).flatMap(({ types }) => types);
    expect(flows.filter(({ type }) => type !== 'tab' && type !== 'group' && !known.includes(type))).toEqual([]);
  });
});

function orderDetail(status: string): object {
  return contractSample(API_ROUTES.getOrder.response, { orderId: ORDER_ID, status });
}

function binDetail(): object {
  const sensors = [{ deviceId: 'scale-of-the-bin', sensorId: null, kind: 'weight', field: 'netGrams' }];
  return contractSample(API_ROUTES.getBin.response, { binId: 'A-01', sensors });
}
