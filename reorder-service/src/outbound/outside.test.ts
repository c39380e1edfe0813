import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { parseNetworks } from './networks.ts';
import { Outside } from './outside.ts';

const SOURCES = fileURLToPath(new URL('..', import.meta.url));
/** Call what the installation itself has set, never what somebody has named; the second one is for tests. */
const CALLS_OWN_PARTS = ['http/telemetry.controller.ts', 'test-broker.ts'];

test('nothing in this service calls out but through the guard', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('outbound/'))
    .filter((file) => !CALLS_OWN_PARTS.includes(file));
  expect(files.length).toBeGreaterThan(100);
  const callsOut = /\bfetch\(|from 'node:(http|https|http2|net|tls|dgram|dns)'|from '(undici|axios|got)'/;
  const callers = files.filter((file) => callsOut.test(readFileSync(join(SOURCES, file), 'utf8')));
  expect(callers).toEqual([]);
});

test('what is allowed is what the installation has named', async () => {
  const outside = new Outside({ SHELFWIRE_OUTBOUND_NETWORKS: parseNetworks('10.20.0.0/16') ?? [] });
  expect(outside.refusalOf('http://10.20.1.1/orders')).toBeUndefined();
  expect(outside.refusalOf('https://169.254.169.254/')).toMatch(/SHELFWIRE_OUTBOUND_NETWORKS/);
  const request = { url: 'https://169.254.169.254/', headers: {}, body: '', timeoutMs: 1_000 };
  expect(await outside.post(request)).toMatchObject({ kind: 'forbidden' });
});
