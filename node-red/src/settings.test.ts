import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { freePort, ServerProcess } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { eventually } from './testing/eventually.ts';

const PACKAGE = join(__dirname, '..');
const ROOT = join(PACKAGE, '..');

describe("the compose file's Node-RED", () => {
  let folder: string;
  let url: string;
  let nodeRed: ServerProcess;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shelfwire-node-red-'));
    const secret = (name: string, text: string): string => {
      writeFileSync(join(folder, name), `${text}\n`);
      return join(folder, name);
    };
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const program = join(ROOT, 'node_modules/node-red/red.js');
    const settings = join(PACKAGE, 'settings.js');
    nodeRed = new ServerProcess(process.execPath, [program, '--userDir', folder, '--settings', settings], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        NODE_RED_HOST: '127.0.0.1',
        NODE_RED_PORT: String(port),
        NODE_RED_CREDENTIAL_SECRET_FILE: secret('credential', 'of the store'),
        NODE_RED_ADMIN_PASSWORD_FILE: secret('admin', 'right'),
        SHELFWIRE_BROKER_PASSWORD_FILE: secret('broker', 'of the broker'),
      },
    });
    await nodeRed.ready(async () => (await fetch(`${url}/flows`)).status === 401, 60_000);
  });

  afterAll(async () => {
    await nodeRed.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  async function signIn(username: string, password: string): Promise<{ access_token?: string }> {
    const body = { client_id: 'node-red-admin', grant_type: 'password', scope: '*', username, password };
    const answer = await fetch(`${url}/auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.ok ? ((await answer.json()) as { access_token: string }) : {};
  }

  test('lets nobody in without the password', async () => {
    expect(await signIn('admin', 'wrong')).toEqual({});
    expect(await signIn('somebody', 'right')).toEqual({});
    const { access_token = '' } = await signIn('admin', 'right');
    const answer = await fetch(`${url}/flows`, { headers: { authorization: `Bearer ${access_token}` } });
    expect(answer.status).toBe(200);
  });

  test('gives flows the password of the broker, and neither its own nor the one of its store', async () => {
    const { access_token = '' } = await signIn('admin', 'right');
    const names = ['SHELFWIRE_BROKER_PASSWORD', 'NODE_RED_ADMIN_PASSWORD', 'NODE_RED_CREDENTIAL_SECRET'];
    const place = { z: 'tab', x: 1, y: 1 };
    const flows = [
      { id: 'tab', type: 'tab', label: 'test' },
      { id: 'ask', type: 'http in', url: '/environment', method: 'get', wires: [['look']], ...place },
      {
        id: 'look',
        type: 'function',
        func: `msg.payload = ${JSON.stringify(names)}.map((name) => env.get(name) || null); return msg;`,
        outputs: 1,
        libs: [],
        wires: [['tell']],
        ...place,
      },
      { id: 'tell', type: 'http response', wires: [], ...place },
    ];
    await fetch(`${url}/flows`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${access_token}` },
      body: JSON.stringify(flows),
    });
    const answer = await eventually('the flow has started', async () => {
      const asked = await fetch(`${url}/environment`);
      return asked.ok ? asked : undefined;
    });
    expect(await answer.json()).toEqual(['of the broker', null, null]);
  });
});

test('the package that npm packs has all that Node-RED loads, and no test', async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: PACKAGE,
  });
  const [{ files } = { files: [] }] = JSON.parse(stdout) as { files: { path: string }[] }[];
  const paths = files.map(({ path }) => path);
  const nodes = 'server gateway reading-in reading-out stock-event order-event order-action'.split(' ');
  for (const name of nodes) expect(paths).toEqual(expect.arrayContaining([`nodes/${name}.js`, `nodes/${name}.html`]));
  expect(paths).toEqual(
    expect.arrayContaining(['dist/disk-queue.js', 'dist/reading-out-node.js', 'examples/a site.json', 'README.md']),
  );
  expect(paths.filter((path) => /test|\.ts$|Dockerfile|settings/.test(path))).toEqual([]);
});
