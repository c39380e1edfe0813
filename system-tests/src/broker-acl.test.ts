import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { sharedSubscription } from '@shelfwire/contract';
import { shareGroup } from '@shelfwire/contract/service';
import { freePort, needs } from '@shelfwire/test-servers';
import { connect as mqttConnect, connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { eventually } from './faults/eventually.ts';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const GATEWAYS = {
  'demo/plant-1/gw-1': { tenantId: 'demo', siteId: 'plant-1', gatewayId: 'gw-1' },
  'demo/plant-2/gw-1': { tenantId: 'demo', siteId: 'plant-2', gatewayId: 'gw-1' },
  'other/plant-1/gw-1': { tenantId: 'other', siteId: 'plant-1', gatewayId: 'gw-1' },
};
const passwordOf = (username: string): string => `the password of ${username}`;

/** Every topic there is, and some that there are not. */
const TOPICS = ['demo/plant-1', 'demo/plant-2', 'other/plant-1'].flatMap((site) =>
  [
    'readings',
    'gateways/gw-1/status',
    'gateways/gw-2/status',
    'confirmations/ingest',
    'confirmations/reorder',
    'config',
    'stock',
    'orders',
  ].map((channel) => `shelfwire/v1/${site}/${channel}`),
);
const ELSEWHERE = [
  'shelfwire/v1/demo/plant-1',
  'shelfwire/v2/demo/plant-1/readings',
  'readings',
  '$SYS/broker/version',
];

function catalogueText(gateways: object[]): string {
  const site = (siteId: string): object => ({ siteId, name: siteId, locations: [{ locationId: 'l', name: 'l' }] });
  return JSON.stringify({
    tenants: [
      { tenantId: 'demo', name: 'Demo', sites: [site('plant-1'), site('plant-2')] },
      { tenantId: 'other', name: 'Other', sites: [site('plant-1')] },
    ],
    gateways,
  });
}

/** The committed configuration, run.sh and certificates script, over files that `npm run mosquitto:acl` writes. */
describe.runIf(needs('mosquitto'))('the access list made from the database, held by a real Mosquitto over TLS', () => {
  let folder: string;
  /** Two listeners: what is open to gateways, and what only services reach. */
  let gatewaysUrl: string;
  let servicesUrl: string;
  let ca: Buffer;
  let broker: ChildProcess;
  const clients: MqttClient[] = [];

  async function connect(username?: string, options: IClientOptions = {}): Promise<MqttClient> {
    const login = username === undefined ? {} : { username, password: passwordOf(username) };
    const client = await connectAsync(username?.includes('/') ? gatewaysUrl : servicesUrl, {
      ...login,
      ...options,
      ca,
      reconnectPeriod: 0,
      connectTimeout: 5_000,
    });
    clients.push(client);
    return client;
  }

  function writeAccess(gateways: object[]): void {
    writeFileSync(join(folder, 'catalogue.yaml'), catalogueText(gateways));
    execFileSync(process.execPath, [fromRoot('reorder-service/dist/gateways/main.js')], {
      env: {
        SHELFWIRE_DATABASE_URL: `pglite:${join(folder, 'database')}`,
        SHELFWIRE_SEED_FILE: join(folder, 'catalogue.yaml'),
        SHELFWIRE_BROKER_ACCESS_DIR: join(folder, 'access'),
        SHELFWIRE_BROKER_INGEST_PASSWORD: passwordOf('ingest'),
        SHELFWIRE_BROKER_REORDER_PASSWORD: passwordOf('reorder'),
        SHELFWIRE_BROKER_NODE_RED_PASSWORD: passwordOf('node-red'),
      },
      stdio: 'pipe',
    });
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shelfwire-acl-'));
    chmodSync(folder, 0o755);
    writeAccess(Object.entries(GATEWAYS).map(([name, key]) => ({ ...key, password: passwordOf(name) })));
    execFileSync(fromRoot('deploy/make-certificates.sh'), [join(folder, 'certificates')], { stdio: 'pipe' });
    ca = readFileSync(join(folder, 'certificates', 'ca.crt'));
    // Only what belongs to one machine is replaced.
    const [servicesPort, gatewaysPort] = [await freePort(), await freePort()];
    servicesUrl = `mqtts://127.0.0.1:${servicesPort}`;
    gatewaysUrl = `mqtts://127.0.0.1:${gatewaysPort}`;
    mkdirSync(join(folder, 'data'));
    const config = readFileSync(fromRoot('mosquitto/mosquitto.conf'), 'utf8')
      .replace('listener 8883', `listener ${servicesPort} 127.0.0.1`)
      .replace('listener 8884', `listener ${gatewaysPort} 127.0.0.1`)
      .replace('/mosquitto/data/', `${folder}/data/`)
      .replaceAll('/tmp/access', join(folder, 'taken'))
      .replaceAll(/\/run\/secrets\/mosquitto_(cert|key)/g, (_, kind: string) =>
        join(folder, 'certificates', `mosquitto.${kind === 'cert' ? 'crt' : 'key'}`),
      );
    // Started as root, Mosquitto would drop to a user of its own that cannot read what run.sh copied.
    const user = process.getuid?.() === 0 ? 'user root\n' : '';
    writeFileSync(join(folder, 'mosquitto.conf'), user + config);
    await startBroker();
  });

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.endAsync(true)));
    await stopBroker();
    await rm(folder, { recursive: true, force: true });
  });

  async function startBroker(): Promise<void> {
    broker = spawn(
      fromRoot('mosquitto/run.sh'),
      [join(folder, 'access'), join(folder, 'mosquitto.conf'), join(folder, 'taken')],
      { env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`, RELOAD_SECONDS: '1' }, stdio: 'ignore' },
    );
    await eventually('the broker answers', async () => {
      const client = await connect('ingest').catch(() => undefined);
      return client !== undefined;
    });
  }

  async function stopBroker(): Promise<void> {
    const ended = once(broker, 'exit');
    broker.kill('SIGTERM');
    await ended;
  }

  /** What of `topics` reaches a listener that may hear everything its login is given. */
  async function heard(reader: string, writers: Record<string, string[]>, fence: [string, string]): Promise<string[]> {
    const listener = await connect(reader);
    const seen: string[] = [];
    const fenced = new Promise<void>((resolve) => {
      listener.on('message', (topic, payload) => {
        if (payload.toString() === 'fence') resolve();
        else seen.push(topic);
      });
    });
    await listener.subscribeAsync(['#', 'shelfwire/v1/+/+/#', '$SYS/#'], { qos: 1 });
    for (const [writer, topics] of Object.entries(writers)) {
      const client = await connect(writer);
      for (const topic of topics) await client.publishAsync(topic, 'x', { qos: 1 });
    }
    await (await connect(fence[0])).publishAsync(fence[1], 'fence', { qos: 1 });
    await fenced;
    return seen.toSorted();
  }

  test('nobody comes in without a password, with a wrong one, or without trusting our authority', async () => {
    await expect(connect()).rejects.toThrow(/not authorized/i);
    await expect(connect('demo/plant-1/gw-1', { password: 'wrong' })).rejects.toThrow(/not authorized/i);
    await expect(connectAsync(servicesUrl, { username: 'ingest', reconnectPeriod: 0 })).rejects.toThrow(/certificate/i);
  });

  test("a gateway's publishes arrive on its own two topics and nowhere else", async () => {
    for (const [username, { tenantId, siteId, gatewayId }] of Object.entries(GATEWAYS)) {
      const own = `shelfwire/v1/${tenantId}/${siteId}`;
      const seen = await heard('reorder', { [username]: [...TOPICS, ...ELSEWHERE] }, [
        'reorder',
        'shelfwire/v1/demo/plant-1/stock',
      ]);
      expect(seen).toEqual([`${own}/gateways/${gatewayId}/status`, `${own}/readings`].toSorted());
    }
  });

  test("a gateway hears its own site's confirmations and configuration, whatever it subscribes to", async () => {
    const central = { ingest: TOPICS, reorder: TOPICS, 'demo/plant-2/gw-1': TOPICS, 'other/plant-1/gw-1': TOPICS };
    const seen = await heard('demo/plant-1/gw-1', central, ['reorder', 'shelfwire/v1/demo/plant-1/config']);
    const own = 'shelfwire/v1/demo/plant-1';
    expect(seen).toEqual([`${own}/confirmations/ingest`, `${own}/confirmations/reorder`, `${own}/config`].toSorted());
  });

  test("one replica of the reorder-service hears another's stock and order events; Node-RED hears and says nothing", async () => {
    const fence: [string, string] = ['reorder', 'shelfwire/v1/demo/plant-1/stock'];
    const seen = await heard('reorder', { reorder: TOPICS, 'node-red': TOPICS }, fence);
    expect(seen).toEqual(TOPICS.filter((topic) => /\/(stock|orders)$/.test(topic)).toSorted());
  });

  test("what a gateway has retained, and its last will, reach its own topics only, and it clears nobody else's", async () => {
    const own = 'shelfwire/v1/demo/plant-1/gateways/gw-1/status';
    const theirs = 'shelfwire/v1/other/plant-1/gateways/gw-1/status';
    const retained = { qos: 1, retain: true } as const;
    const other = await connect('other/plant-1/gw-1');
    await other.publishAsync(theirs, 'online', retained);
    const gateway = await connect('demo/plant-1/gw-1');
    for (const topic of [...TOPICS, ...ELSEWHERE]) {
      await gateway.publishAsync(topic, topic === theirs ? '' : 'retained', retained);
    }
    const listener = await connect('reorder');
    const heard = new Set<string>();
    listener.on('message', (topic, payload) => heard.add(`${topic}: ${payload.toString()}`));
    await listener.subscribeAsync('#', { qos: 1 });
    // Their connections break without a DISCONNECT, those with a will that is not allowed first.
    for (const topic of [theirs, 'shelfwire/v1/demo/plant-2/readings', 'shelfwire/v1/demo/plant-1/stock', own]) {
      const will = { topic, payload: Buffer.from('will'), qos: 1, retain: true } as const;
      const dying = await connect('demo/plant-1/gw-1', { will });
      dying.stream.destroy();
    }
    await eventually('its own will is heard', () => Promise.resolve(heard.has(`${own}: will`)));
    await (await connect('reorder')).publishAsync('shelfwire/v1/demo/plant-1/orders', 'fence', { qos: 1 });
    await eventually('what came before is heard', () =>
      Promise.resolve([...heard].some((each) => each.endsWith('fence'))),
    );
    expect([...heard].filter((each) => !each.endsWith('fence')).toSorted()).toEqual(
      [
        `${own}: retained`,
        `${own}: will`,
        `${theirs}: online`,
        'shelfwire/v1/demo/plant-1/readings: retained',
      ].toSorted(),
    );
    // Its newer connections, the dying ones, have ended the one of before.
    const again = await connect('demo/plant-1/gw-1');
    for (const topic of [own, 'shelfwire/v1/demo/plant-1/readings']) await again.publishAsync(topic, '', retained);
    await other.publishAsync(theirs, '', retained);
  });

  test('a gateway that joins shared subscriptions by the names it can guess takes no share of what the centre shares', async () => {
    const readings = 'shelfwire/v1/+/+/readings';
    const groups = ['ingest', 'reorder', shareGroup('ingest', passwordOf('other/plant-1/gw-1'))];
    const thief = await connect('other/plant-1/gw-1');
    const stolen: string[] = [];
    thief.on('message', (topic) => stolen.push(topic));
    await thief.subscribeAsync(
      groups.map((group) => `$share/${group}/${readings}`),
      { qos: 1 },
    );
    const ingest = await connect('ingest');
    const taken: string[] = [];
    const all = new Promise<void>((resolve) => {
      ingest.on('message', (_topic, payload) => {
        taken.push(payload.toString());
        if (taken.includes('last')) resolve();
      });
    });
    await ingest.subscribeAsync(sharedSubscription(shareGroup('ingest', passwordOf('ingest')), readings), { qos: 1 });
    const gateway = await connect('demo/plant-1/gw-1');
    const sent = ['1', '2', '3', '4', '5', '6', 'last'];
    for (const each of sent) await gateway.publishAsync('shelfwire/v1/demo/plant-1/readings', each, { qos: 1 });
    await all;
    expect(taken).toEqual(sent);
    expect(stolen).toEqual([]);
  });

  test("a gateway that says another's client id, or a service's, takes neither connection nor session, and a restart of the broker keeps what waits", async () => {
    const asEvents = { clientId: 'shelfwire-ingest-events', clean: false } as const;
    const orders = 'shelfwire/v1/demo/plant-1/orders';
    const ingest = await connect('ingest', asEvents);
    await ingest.subscribeAsync(orders, { qos: 1 });
    await ingest.endAsync();
    const publish = async (text: string): Promise<unknown> =>
      (await connect('reorder')).publishAsync(orders, text, { qos: 1 });
    await publish('before');
    const neighbour = await connect('demo/plant-2/gw-1', { clientId: 'gateway-demo-plant-2-gw-1' });
    const service = await connect('reorder', { clientId: 'reorder-service', clean: false });
    const cutOff = new Promise((resolve) => {
      for (const client of [neighbour, service]) client.once('close', () => resolve('one was cut off'));
    });
    for (const said of [asEvents.clientId, 'reorder-service', 'gateway-demo-plant-2-gw-1', 'demo/plant-2/gw-1']) {
      for (const [protocolVersion, clean] of [
        [4, true],
        [4, false],
        [5, true],
        [5, false],
      ] as const) {
        const thief = await connect('other/plant-1/gw-1', { clientId: said, protocolVersion, clean });
        const granted = await thief.subscribeAsync('shelfwire/v1/+/+/orders', { qos: 1 });
        expect(granted).toHaveLength(1);
        await thief.endAsync();
      }
    }
    // Whoever was pushed off hears that before the answer to what it sends now.
    const answers = [
      neighbour.publishAsync('shelfwire/v1/demo/plant-2/readings', 'still there', { qos: 1 }),
      service.publishAsync(orders, 'from a connection that stood', { qos: 1 }),
    ];
    expect(await Promise.race([Promise.all(answers).then(() => 'both answered'), cutOff])).toBe('both answered');
    await stopBroker();
    await startBroker();
    await publish('after the restart');
    const seen: string[] = [];
    // Queued messages may come together with CONNACK: the listener is there before the connection is.
    const back = mqttConnect(servicesUrl, {
      ...asEvents,
      username: 'ingest',
      password: passwordOf('ingest'),
      ca,
      reconnectPeriod: 0,
    });
    clients.push(back);
    back.on('message', (_topic, payload) => seen.push(payload.toString()));
    await eventually('what waited comes', () => Promise.resolve(seen.includes('after the restart')));
    expect(seen).toEqual(['before', 'from a connection that stood', 'after the restart']);
  });

  test('a new gateway can sign in, and one whose password changed cannot with the old one, without a restart', async () => {
    const key = { tenantId: 'demo', siteId: 'plant-1', gatewayId: 'gw-2' };
    await expect(connect('demo/plant-1/gw-2')).rejects.toThrow(/not authorized/i);
    const changed = { ...GATEWAYS['demo/plant-2/gw-1'], password: 'another password of it' };
    writeAccess([{ ...key, password: passwordOf('demo/plant-1/gw-2') }, changed]);
    await eventually('the broker has reloaded', async () => {
      const client = await connect('demo/plant-1/gw-2').catch(() => undefined);
      return client !== undefined;
    });
    await expect(connect('demo/plant-2/gw-1')).rejects.toThrow(/not authorized/i);
    expect((await connect('demo/plant-2/gw-1', { password: 'another password of it' })).connected).toBe(true);
    expect((await connect('ingest')).connected).toBe(true);
  });
});
