import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';

import { ApiClient, StandaloneProcess, waitUntil } from './standalone-process.ts';

const ADMIN = { SHELFWIRE_ADMIN_EMAIL: 'me@example.org', SHELFWIRE_ADMIN_PASSWORD: 'correct-horse-9' };
const TWO_MINUTES_MS = 120_000;

let dataDir: string;
let running: StandaloneProcess[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'shelfwire-start-'));
  running = [];
});
afterEach(async () => {
  for (const one of running) await one.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function start(args: string[] = [], env: Record<string, string> = {}): StandaloneProcess {
  const one = StandaloneProcess.start(dataDir, args, env);
  running.push(one);
  return one;
}

interface Processes {
  ports: Record<'gatewayHttp' | 'brokerHttp', number>;
  processes: Record<string, { pid: number }>;
}

async function readProcesses(): Promise<Processes> {
  return JSON.parse(await readFile(join(dataDir, 'run', 'processes.json'), 'utf8')) as Processes;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function readMetrics(): Promise<string> {
  const { ports } = await readProcesses();
  return (await fetch(`http://127.0.0.1:${ports.gatewayHttp}/metrics`)).text();
}

test('the first start needs no answer, an order is acknowledged within two minutes, a second start goes on', async () => {
  const first = start();
  const url = await first.ready();
  const password = /^Sign in as admin@demo\.local with the password (\S+)/m.exec(first.output)?.[1] ?? '';
  const api = await ApiClient.signIn(url, 'admin@demo.local', password);
  await waitUntil(
    async () => (await api.orders()).some((order) => order.acknowledgedAtMs !== null),
    TWO_MINUTES_MS,
    async () => `${first.output}\n${JSON.stringify(await api.orders())}\n${JSON.stringify(await api.stock())}`,
  );
  const orders = await api.orders();
  const acknowledged = orders.find((order) => order.acknowledgedAtMs !== null);
  expect(acknowledged).toMatchObject({ supplierName: 'Boltwerk Fasteners', lines: [{ binId: 'A-01' }] });
  const { proof } = await api.order(acknowledged?.orderId ?? '');
  expect(proof.readings.length).toBeGreaterThan(0);
  expect(first.output.match(/Shelfwire is ready/g)).toHaveLength(1);
  expect(await first.stop()).toBe(0);

  const second = start();
  const secondUrl = await second.ready();
  expect(second.output).toContain('Sign in as admin@demo.local; the password was shown at the first start.');
  const again = await ApiClient.signIn(secondUrl, 'admin@demo.local', password);
  const later = await again.orders();
  expect(later.map((order) => order.orderId)).toEqual(expect.arrayContaining(orders.map((order) => order.orderId)));
  // The bin goes on to be filled by the order that is under way, and nothing is ordered twice.
  await waitUntil(
    async () => ['RECEIVED', 'CLOSED'].includes((await again.order(acknowledged?.orderId ?? '')).status),
    TWO_MINUTES_MS,
    async () => `${second.output}\n${JSON.stringify(await again.order(acknowledged?.orderId ?? ''))}`,
  );
  const ofBin = (await again.orders()).filter((order) => order.lines.some((line) => line.binId === 'A-01'));
  expect(ofBin).toHaveLength(1);
  expect(await second.stop('SIGINT')).toBe(0);
});

test('with --no-sim one published weight leads to an order, which the simulated supplier acknowledges', async () => {
  const one = start(['--no-sim'], ADMIN);
  const url = await one.ready();
  const command = /^ {2}mosquitto_pub (.+)$/m.exec(one.output)?.[1] ?? '';
  const option = (name: string): string => new RegExp(` -${name} '?([^' ]+)`).exec(` ${command}`)?.[1] ?? '';
  const payload = /-m '(.+)'$/.exec(command)?.[1] ?? '';
  const client = await connectAsync(`mqtt://${option('h')}:${option('p')}`, {
    username: option('u'),
    password: option('P'),
    reconnectPeriod: 0,
  });
  await client.publishAsync(option('t'), payload, { qos: 1 });
  await client.endAsync();

  const api = await ApiClient.signIn(url, ADMIN.SHELFWIRE_ADMIN_EMAIL, ADMIN.SHELFWIRE_ADMIN_PASSWORD);
  await waitUntil(
    async () => (await api.orders()).some((order) => order.acknowledgedAtMs !== null),
    TWO_MINUTES_MS,
    async () => `${one.output}\n${JSON.stringify(await api.orders())}\n${JSON.stringify(await api.stock())}`,
  );
  expect(await api.orders()).toHaveLength(1);
  const [bin] = (await api.stock()).filter((row) => row.binId === 'A-01');
  // (900 g − 250 g of container) ÷ 21.5 g
  expect(bin?.onHand).toBe(30);
  expect(await one.stop()).toBe(0);
});

test('a device with a wrong password, or on another’s topic, changes nothing', async () => {
  const one = start(['--no-sim'], ADMIN);
  const url = await one.ready();
  const gateway = parseYaml(await readFile(join(dataDir, 'site', 'gateway.yaml'), 'utf8')) as {
    devices: { login: { username: string; password: string } }[];
  };
  const port = /^ {2}mosquitto_pub .*-p (\d+)/m.exec(one.output)?.[1] ?? '';
  const connect = (password: string): ReturnType<typeof connectAsync> =>
    connectAsync(`mqtt://127.0.0.1:${port}`, { username: 'scale-02', password, reconnectPeriod: 0 });
  await expect(connect('wrong')).rejects.toThrow(/authorized|password/i);
  const client = await connect(gateway.devices[1]?.login.password ?? '');
  client.on('error', () => undefined);
  // Refused: answered as if it were taken, or cut off; what counts is that nothing comes of it.
  await new Promise<void>((resolve) => {
    client.once('close', () => resolve());
    client.publish('tele/scale-01/SENSOR', '{"HX711":{"Weight":0.9}}', { qos: 1 }, () => resolve());
  });
  const refused = await readMetrics();
  expect(refused).toMatch(/^shelfwire_gateway_frames_refused_total\{reason="foreign-topic"\} 1$/m);
  await client.endAsync(true);
  const api = await ApiClient.signIn(url, ADMIN.SHELFWIRE_ADMIN_EMAIL, ADMIN.SHELFWIRE_ADMIN_PASSWORD);
  expect((await api.stock()).filter((row) => row.onHand !== null)).toEqual([]);
});

test('a second start on the same folder, a bad option and a broken site file are told in one sentence', async () => {
  const first = start(['--no-sim'], ADMIN);
  await first.ready();
  const second = start(['--no-sim'], ADMIN);
  expect(await second.ended()).toBe(2);
  expect(second.output).toMatch(/already runs on .* \(process \d+\)/);
  const bad = start(['--prot', '1']);
  expect(await bad.ended()).toBe(2);
  expect(bad.output.trim().split('\n')).toHaveLength(1);
  const port = /mosquitto_pub .*-p (\d+)/.exec(first.output)?.[1] ?? '';
  const taken = StandaloneProcess.start(join(dataDir, 'other'), ['--mqtt-port', port]);
  running.push(taken);
  expect(await taken.ended()).toBe(2);
  expect(taken.output).toContain(`port ${port} of 127.0.0.1 is in use: choose another one with --mqtt-port`);
});

test('a killed part is started again; a killed launcher takes its parts with it and does not lock the folder', async () => {
  const one = start(['--no-sim'], ADMIN);
  await one.ready();
  const { processes, ports } = await readProcesses();
  process.kill(processes['edge-gateway']?.pid ?? 0, 'SIGKILL');
  await waitUntil(
    () => one.output.includes('edge-gateway ended (SIGKILL)'),
    10_000,
    () => one.output,
  );
  await waitUntil(
    async () => (await fetch(`http://127.0.0.1:${ports.gatewayHttp}/readyz`).catch(() => undefined))?.ok ?? false,
    60_000,
    () => one.output,
  );
  await one.stop('SIGKILL');
  // Its parts are draining now, with the databases open: the next start waits for them.
  const pids = Object.values((await readProcesses()).processes).map(({ pid }) => pid);
  const again = start(['--no-sim'], ADMIN);
  await again.ready();
  expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
  expect(await again.stop()).toBe(0);
});
