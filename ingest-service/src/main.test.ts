import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, expect, test } from 'vitest';

import { IngestProcess } from './testing/ingest-process.ts';
import { AedesServer } from './testing/test-broker.ts';

const folder = mkdtempSync(join(tmpdir(), 'shelfwire-ingest-main-'));
const running: IngestProcess[] = [];
afterEach(() => {
  for (const one of running) one.child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(env: Record<string, string>): IngestProcess {
  const one = new IngestProcess(env);
  running.push(one);
  return one;
}

test('a wrong configuration is reported as a whole, and nothing starts', async () => {
  const ingest = run({ SHELFWIRE_HTTP_PORT: '99999', SHELFWIRE_JWT_SECRET: 'short' });
  expect(await ingest.ended()).toBe(1);
  for (const name of ['SHELFWIRE_HTTP_PORT', 'SHELFWIRE_JWT_SECRET', 'SHELFWIRE_CENTRAL_MQTT_URL']) {
    expect(ingest.output).toContain(name);
  }
});

test('without broker it lives and says what is missing; SIGTERM ends it with 0', async () => {
  const broker = await AedesServer.start();
  const { url: brokerUrl } = broker;
  await broker.close();
  const ingest = run({
    SHELFWIRE_CENTRAL_MQTT_URL: brokerUrl,
    SHELFWIRE_JWT_SECRET: 'x'.repeat(32),
    SHELFWIRE_DATA_DIR: folder,
    SHELFWIRE_DUCKDB_FILE: join(folder, 'telemetry.duckdb'),
  });
  const base = await ingest.url;
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
  const readiness = await fetch(`${base}/readyz`);
  expect(readiness.status).toBe(503);
  expect(await readiness.json()).toEqual({ ready: false, missing: ['broker'] });
  expect(await ingest.end('SIGTERM')).toBe(0);
});
