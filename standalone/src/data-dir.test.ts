import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';

import { chooseAdmin } from './admin.ts';
import { lockDataDir } from './lock.ts';
import { waitForLeftovers, writeProcessList } from './process-list.ts';
import { LogFile } from './log-file.ts';
import { Secrets } from './secrets.ts';
import { renderCatalogue, writeMissingSiteFiles } from './site-files.ts';
import { readSiteSummary } from './site-scope.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shelfwire-standalone-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a second start on the same folder is told who holds it', async () => {
  const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  try {
    lockDataDir(folder);
    const ticks = readFileSync(`/proc/${holder.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19] ?? '';
    writeFileSync(join(folder, 'lock'), `${holder.pid} ${ticks}\n`);
    expect(() => lockDataDir(folder)).toThrow(`already runs on ${folder} (process ${holder.pid})`);
  } finally {
    holder.kill('SIGKILL');
    await once(holder, 'exit');
  }
  lockDataDir(folder).release();
  expect(existsSync(join(folder, 'lock'))).toBe(false);
});

test.each([
  ['of another process with the same number', `${process.pid} 1\n`],
  ['that is empty after a power cut', ''],
])('a lock %s does not keep anybody out', (_, text) => {
  writeFileSync(join(folder, 'lock'), text);
  expect(() => lockDataDir(folder).release()).not.toThrow();
});

test('a start waits for what a killed launcher left behind, and names it if it does not end', async () => {
  const leftover = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const path = join(folder, 'processes.json');
  writeProcessList(path, {}, { 'reorder-service': leftover.pid, 'device-sim': undefined });
  await expect(waitForLeftovers(path, 0)).rejects.toThrow(`reorder-service (process ${leftover.pid}); end them first`);
  const waiting = waitForLeftovers(path, 10_000);
  leftover.kill('SIGKILL');
  await expect(waiting).resolves.toBeUndefined();
  await expect(waitForLeftovers(join(folder, 'none.json'))).resolves.toBeUndefined();
});

test('secrets stay the same over starts, differ by name, and are for their owner only', () => {
  const path = join(folder, 'secrets.json');
  const first = Secrets.open(path);
  const again = Secrets.open(path);
  expect(again.derive('jwt')).toBe(first.derive('jwt'));
  expect(first.derive('jwt')).toHaveLength(32);
  expect(first.derive('jwt')).not.toBe(first.derive('broker ingest'));
  expect(Secrets.open(join(folder, 'other.json')).derive('jwt')).not.toBe(first.derive('jwt'));
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('the administrator’s password is known until the first start was ready, then forgotten', () => {
  const path = join(folder, 'secrets.json');
  const secrets = Secrets.open(path);
  expect(secrets.adminPassword).toMatch(/^[0-9a-z]{4}(-[0-9a-z]{4}){3}$/);
  expect(Secrets.open(path).adminPassword).toBe(secrets.adminPassword);
  secrets.rememberAdmin('me@example.org', 'shown');
  const later = Secrets.open(path);
  expect(later.adminPassword).toBeUndefined();
  expect(later.adminEmail).toBe('me@example.org');
});

test('a later start says where the password in force came from', () => {
  const path = join(folder, 'secrets.json');
  const start = (adminPassword?: string): string => {
    const secrets = Secrets.open(path);
    const { email, account, hint } = chooseAdmin(secrets, { adminEmail: undefined, adminPassword });
    secrets.rememberAdmin(email, account?.passwordFrom);
    return hint;
  };
  expect(start()).toContain('(shown only this once)');
  expect(start()).toContain('the password was shown at the first start.');
  expect(start('my own password')).toContain('with the password in SHELFWIRE_ADMIN_PASSWORD');
  expect(start()).toContain('the one that SHELFWIRE_ADMIN_PASSWORD set at an earlier start.');
  expect(start()).not.toContain('shown');
});

test('damaged secrets are named, not replaced', () => {
  const path = join(folder, 'secrets.json');
  writeFileSync(path, '{"schema":"secr');
  expect(() => Secrets.open(path)).toThrow(`${path} is damaged`);
});

test('the demo’s files get passwords that fit together, and an edited file is never overwritten', () => {
  const secrets = Secrets.open(join(folder, 'secrets.json'));
  expect(writeMissingSiteFiles(folder, secrets)).toEqual(['gateway.yaml', 'catalogue.yaml', 'fleet.yaml']);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const gateway = parseYaml(read('gateway.yaml')) as { devices: { deviceId: string; login: object }[] };
  const fleet = parseYaml(read('fleet.yaml')) as {
    devices: { deviceId: string; login: object }[];
    suppliers: { supplierId: string; token: string }[];
  };
  expect(gateway.devices.map(({ deviceId, login }) => ({ deviceId, login }))).toEqual(
    fleet.devices.map(({ deviceId, login }) => ({ deviceId, login })),
  );
  const rendered = renderCatalogue(folder, folder, 'http://127.0.0.1:4711');
  const catalogue = parseYaml(readFileSync(rendered, 'utf8')) as {
    suppliers: { supplierId: string; apiToken: string; endpoint: string }[];
  };
  expect(catalogue.suppliers.map(({ supplierId, apiToken: token }) => ({ supplierId, token }))).toEqual(
    fleet.suppliers.map(({ supplierId, token }) => ({ supplierId, token })),
  );
  expect(catalogue.suppliers[0]?.endpoint).toBe('http://127.0.0.1:4711');
});

test('what a user edited stays, what they removed comes back', () => {
  const secrets = Secrets.open(join(folder, 'secrets.json'));
  writeFileSync(join(folder, 'gateway.yaml'), 'mine');
  expect(writeMissingSiteFiles(folder, secrets)).toEqual(['catalogue.yaml', 'fleet.yaml']);
  expect(readFileSync(join(folder, 'gateway.yaml'), 'utf8')).toBe('mine');
});

test('the example command names a scale with its login', () => {
  const secrets = Secrets.open(join(folder, 'secrets.json'));
  writeMissingSiteFiles(folder, secrets);
  const site = readSiteSummary(join(folder, 'gateway.yaml'));
  expect(site).toMatchObject({ tenantId: 'demo', siteId: 'plant-1', gatewayId: 'gw-1', deviceCount: 10 });
  const command = site.exampleCommand?.('127.0.0.1', 1883) ?? '';
  expect(command).toContain(`-u scale-01 -P '${secrets.derive('password scale-01')}'`);
  expect(command).toContain('-t tele/scale-01/SENSOR');
});

test('a log file is turned over when it is full, and never grows beyond twice its bound', () => {
  const path = join(folder, 'x.log');
  const log = new LogFile(path, 100);
  for (let line = 0; line < 50; line += 1) log.write(`line ${line}`);
  log.close();
  expect(statSync(path).size).toBeLessThanOrEqual(100);
  expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(100);
  expect(readFileSync(path, 'utf8')).toContain('line 49');
});

test.runIf(process.platform === 'linux')(
  'a data folder that can never be made ends the start with one sentence and code 2',
  async () => {
    // A process of its own, with a bound: what went wrong here once was that it never ended.
    const main = join(import.meta.dirname, 'main.ts');
    const options = ['--data-dir', '/proc/nope', '--port', '3999', '--mqtt-port', '3998'];
    const start = spawn(process.execPath, [main, ...options], { timeout: 60_000, killSignal: 'SIGKILL' });
    const code = new Promise((resolve) => start.once('exit', resolve));
    const [said, complained] = await Promise.all([text(start.stdout), text(start.stderr)]);
    expect({ code: await code, said, complained }).toEqual({
      code: 2,
      said: '',
      complained: 'Shelfwire cannot start: cannot make the data folder /proc/nope (ENOENT)\n',
    });
  },
  90_000,
);
