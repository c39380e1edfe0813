import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { collectDiagnostics } from './diagnostics/collect.ts';
import { Mask } from './diagnostics/mask.ts';

const SECRETS = {
  environment: 'pw-environment-1',
  database: 'pw-database-2',
  yaml: 'pw-yaml-3',
  json: 'pw-json-4',
  file: 'pw-file-5',
  header: 'pw-header-6-abcdef',
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl',
  hash: '$7$1000$c2FsdA==$aGFzaA==',
  key: 'MIGHAgEAMBMGByqGSM49',
};

test('the bundle says what is wrong, and none of the secrets that lie around everywhere', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shelfwire-diagnostics-'));
  mkdirSync(join(folder, 'secrets'));
  writeFileSync(join(folder, 'secrets', 'anything'), `${SECRETS.file}\n`);
  writeFileSync(
    join(folder, 'gateway.yaml'),
    `devices:\n  - { deviceId: scale-01, login: { username: scale-01, password: ${SECRETS.yaml} } }\n`,
  );
  writeFileSync(
    join(folder, 'service.log'),
    [
      `{"level":"warn","msg":"cannot connect to postgres://shelfwire:${SECRETS.database}@db/x"}`,
      `{"level":"warn","headers":{"authorization":"Bearer ${SECRETS.header}"}}`,
      `{"level":"warn","apiToken":"${SECRETS.json}"} ${SECRETS.jwt} ${SECRETS.hash}`,
      `the file had ${SECRETS.file} and the environment ${SECRETS.environment}, the site ${SECRETS.yaml}`,
      `-----BEGIN PRIVATE KEY-----\n${SECRETS.key}\n-----END PRIVATE KEY-----`,
      '{"level":"error","code":"STORE_UNAVAILABLE"}',
    ].join('\n'),
  );
  const server = createServer((request, reply) => {
    if (request.url === '/readyz') reply.writeHead(503).end(`{"missing":["database: ${SECRETS.environment}"]}`);
    else reply.end('shelfwire_gateway_outbox_queued_readings 42\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const text = await collectDiagnostics({
    version: '1.2.3',
    services: { 'edge-gateway': `http://127.0.0.1:${port}`, 'ingest-service': 'http://127.0.0.1:9' },
    ca: undefined,
    env: {
      SHELFWIRE_JWT_SECRET: SECRETS.environment,
      SHELFWIRE_DATABASE_URL: `postgres://u:${SECRETS.database}@h/d`,
      SHELFWIRE_JWT_SECRET_FILE: '/run/secrets/jwt',
      HOME: '/home/somebody',
    },
    configFiles: [join(folder, 'gateway.yaml'), join(folder, 'absent.yaml')],
    logFiles: [join(folder, 'service.log')],
    secretsFolder: join(folder, 'secrets'),
    dataDir: folder,
  });
  server.close();
  await rm(folder, { recursive: true, force: true });

  for (const [where, secret] of Object.entries(SECRETS)) expect(text, where).not.toContain(secret);
  expect(text).toContain('shelfwire_gateway_outbox_queued_readings 42');
  expect(text).toMatch(/ingest-service \/readyz\nno answer/);
  expect(text).toContain('STORE_UNAVAILABLE');
  expect(text).toContain('deviceId: scale-01');
  expect(text).toContain('SHELFWIRE_JWT_SECRET_FILE=/run/secrets/jwt');
  expect(text).toContain('503');
  expect(text).not.toContain('/home/somebody');
});

test('no secret that it was told of is left, whatever stands around it', () => {
  const secret = fc.stringMatching(/^[\w!#$%&*+./:;<=>?@^|~-]{6,40}$/);
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 5 }), fc.string(), (secrets, around) => {
      const mask = new Mask();
      for (const each of secrets) mask.learn(each);
      const text = mask.apply(secrets.map((each) => `${around}${each}${around}`).join(' "'));
      for (const each of secrets) expect(text.replaceAll('[secret]', '')).not.toContain(each);
    }),
    { numRuns: 500 },
  );
});
