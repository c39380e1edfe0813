import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, expect, test } from 'vitest';

import { AedesServer } from './testing/test-broker.ts';

// Node strips the types itself: no stale build is tested.
const main = fileURLToPath(new URL('main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'shelfwire-ingest-main-'));
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const lines: string[] = [];
  const seen = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      lines.push(chunk.toString());
      const url = /"url":"([^"]+)"/.exec(lines.join(''))?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  return { child, url: seen, output: () => lines.join('') };
}

test('a wrong configuration is reported as a whole, and nothing starts', async () => {
  const { child, output } = run({ SHELFWIRE_HTTP_PORT: '99999', SHELFWIRE_JWT_SECRET: 'short' });
  const [exitCode] = await once(child, 'exit');
  expect(exitCode).toBe(1);
  for (const name of ['SHELFWIRE_HTTP_PORT', 'SHELFWIRE_JWT_SECRET', 'SHELFWIRE_CENTRAL_MQTT_URL']) {
    expect(output()).toContain(name);
  }
});

test('without broker it lives and says what is missing; SIGTERM ends it with 0', async () => {
  const broker = await AedesServer.start();
  const { url: brokerUrl } = broker;
  await broker.close();
  const { child, url } = run({
    SHELFWIRE_CENTRAL_MQTT_URL: brokerUrl,
    SHELFWIRE_JWT_SECRET: 'x'.repeat(32),
    SHELFWIRE_HTTP_PORT: '0',
    SHELFWIRE_DATA_DIR: folder,
    SHELFWIRE_DUCKDB_FILE: join(folder, 'telemetry.duckdb'),
  });
  const base = await url;
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
  const readiness = await fetch(`${base}/readyz`);
  expect(readiness.status).toBe(503);
  expect(await readiness.json()).toEqual({ ready: false, missing: ['broker'] });
  child.kill('SIGTERM');
  const [exitCode] = await once(child, 'exit');
  expect(exitCode).toBe(0);
});
