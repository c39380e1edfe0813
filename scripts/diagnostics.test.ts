import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
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

const fromRoot = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test('a canary in every secret of every service, and in every login of the site’s files, does not sing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shelfwire-canaries-'));
  const canaries = new Map<string, string>();
  // With a blank: such a value is taken whole by YAML and by .env.
  const canary = (where: string): string => {
    const value = `first${canaries.size}word sings${canaries.size}canary`;
    canaries.set(where, value);
    return value;
  };
  // What the compose file keeps out of the environment is secret, whatever its name.
  const env: Record<string, string> = {};
  for (const [, name = '', file = ''] of fromRoot('docker-compose.yml').matchAll(
    /(\w+)_FILE: \/run\/secrets\/([\w-]+)/g,
  )) {
    if (!file.endsWith('cert')) env[name] = canary(name);
  }
  expect(Object.keys(env).length).toBeGreaterThan(10);
  env['SHELFWIRE_SMTP_URL'] = `smtps://mailer:${canary('the mail server').replaceAll(' ', '%20')}@mail.example`;
  env['OTEL_EXPORTER_OTLP_HEADERS'] = `x-team=${canary('a header')},api-key=${canary('another header')}`;
  // Every place of a password or token in the demo's files.
  const files = ['gateway.yaml', 'catalogue.yaml', 'fleet.yaml'].map((name) => {
    const marked = fromRoot(`standalone/demo/${name}`).replaceAll(/\{\{(password|token) [^}]+\}\}/g, (mark) =>
      canary(`${name} ${mark}`),
    );
    writeFileSync(join(folder, name), marked);
    return join(folder, name);
  });
  expect(canaries.size).toBeGreaterThan(25);
  const supplier = 'https://supplier.example/orders?apikey=sings-in-an-address&site=1';
  canaries.set('an address', 'sings-in-an-address');
  writeFileSync(join(folder, '.env'), `SUPPLIER=${supplier}\nGF_SMTP_PASSWORD=${canary('.env')}\n`);
  const spoken = [...canaries.values()]
    .filter((value) => !value.includes('address'))
    .map((value) => `{"level":"warn","msg":"it said ${value}, and failed"}`);
  writeFileSync(join(folder, 'service.log'), [...spoken, `{"msg":"POST ${supplier}"}`].join('\n'));

  const text = await collectDiagnostics({
    version: '1.2.3',
    services: {},
    ca: undefined,
    env,
    configFiles: [...files, join(folder, '.env')],
    logFiles: [join(folder, 'service.log')],
    secretsFolder: undefined,
    dataDir: undefined,
  });
  await rm(folder, { recursive: true, force: true });
  // Its last word alone would be enough to guess the rest.
  const sang = [...canaries].filter(([, value]) => text.includes(value.split(' ').at(-1) ?? value));
  expect(sang.map(([where]) => where)).toEqual([]);
  expect(text).toContain('deviceId');
  expect(text).toContain('supplier.example');
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
