import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { needs } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { parseCatalogue } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { onEachEngine } from '../database/on-each-engine.ts';
import { accessListText } from './access-list.ts';
import { brokerUsername, hashBrokerPassword, isBrokerPassword } from './broker-login.ts';
import { BrokerAccess } from './broker-access.ts';
import { GatewayStore } from './gateway-store.ts';
import { keepStatus } from './keep-statuses.ts';

const PASSWORD = 'a password of the catalogue';
const CENTRAL = { ingest: 'password of ingest', reorder: 'password of reorder' };
const catalogue = parseCatalogue(
  `
tenants:
  - { tenantId: ours, name: Ours, sites: [{ siteId: 'a:b', name: A, locations: [{ locationId: l, name: L }] }] }
  - { tenantId: theirs, name: Theirs, sites: [{ siteId: b, name: B, locations: [{ locationId: l, name: L }] }] }
gateways:
  - { tenantId: ours, siteId: 'a:b', gatewayId: gw-1, password: ${PASSWORD} }
  - { tenantId: theirs, siteId: b, gatewayId: gw-1 }
`,
  'catalogue.yaml',
);

const AT_MS = 1_763_800_000_000;

onEachEngine('gateways that may sign in at the broker', (database) => {
  let folder: string;
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shelfwire-access-'));
    await seedCatalogue(database.db, catalogue, 1_000);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('those of the catalogue are known, each to its tenant only; a repeated seed changes no password', async () => {
    await seedCatalogue(database.db, catalogue, 2_000);
    const store = new GatewayStore(database.db);
    expect(await store.list('ours')).toEqual([
      { tenantId: 'ours', siteId: 'a:b', gatewayId: 'gw-1', passwordSetAtMs: 1_000, known: true, said: null },
    ]);
    expect(await store.list('theirs')).toEqual([
      { tenantId: 'theirs', siteId: 'b', gatewayId: 'gw-1', passwordSetAtMs: null, known: true, said: null },
    ]);
  });

  test('what a gateway says is kept: that it went away by its last will, and what it said before', async () => {
    const store = new GatewayStore(database.db);
    const site = { tenantId: 'theirs', siteId: 'b' };
    const status = {
      schema: 'gateway-status/1' as const,
      gatewayId: 'gw-2',
      online: true,
      atMs: AT_MS + 1_000,
      queuedReadings: 7,
      oldestQueuedAtMs: AT_MS,
    };
    // Lying at the broker since it was said; then said now; then the last will, written when it came.
    await keepStatus(database.db, { ...site, status, retained: true }, AT_MS + 5_000);
    const said = async () => (await store.list('theirs')).find(({ gatewayId }) => gatewayId === 'gw-2');
    expect(await said()).toMatchObject({ known: false, said: { online: true, lastSeenAtMs: AT_MS + 1_000 } });
    await keepStatus(
      database.db,
      { ...site, status: { ...status, oldestQueuedAtMs: undefined, appliedConfigVersion: 3 }, retained: false },
      AT_MS + 6_000,
    );
    const gone = { schema: 'gateway-status/1' as const, gatewayId: 'gw-2', online: false, atMs: AT_MS + 900 };
    await keepStatus(database.db, { ...site, status: gone, retained: false }, AT_MS + 9_000);
    expect(await said()).toMatchObject({
      said: { online: false, lastSeenAtMs: AT_MS + 6_000, status: { queuedReadings: 7, appliedConfigVersion: 3 } },
    });
    // Nothing waits any more: what it says whole takes the place of what it said before.
    expect((await said())?.said?.status.oldestQueuedAtMs).toBeUndefined();
    await keepStatus(database.db, { ...site, siteId: 'nowhere', status, retained: false }, AT_MS + 9_000);
    expect(await store.list('theirs')).toHaveLength(2);
    expect(await store.remove({ ...site, gatewayId: 'gw-2' }, AT_MS + 10_000, 'ann')).toBe(true);
  });

  test('the files name who has a password, are replaced only by a change, and hold no secret', async () => {
    const access = new BrokerAccess({ db: database.db, folder, central: CENTRAL });
    expect(await access.write()).toEqual({ changed: true, gateways: 1 });
    expect(await access.write()).toEqual({ changed: false, gateways: 1 });
    const before = statSync(join(folder, 'acl')).ino;
    const login = await new GatewayStore(database.db).issueLogin(
      { tenantId: 'theirs', siteId: 'b', gatewayId: 'gw-1' },
      3_000,
      'ann@theirs.example',
    );
    expect(await access.write()).toEqual({ changed: true, gateways: 2 });
    expect(statSync(join(folder, 'acl')).ino).not.toBe(before);
    const lines = new Map(
      read('passwords')
        .trim()
        .split('\n')
        .map((line) => line.split(':') as [string, string]),
    );
    expect([...lines.keys()]).toEqual(['ingest', 'reorder', 'ours/a%3Ab/gw-1', 'theirs/b/gw-1']);
    expect(await isBrokerPassword(PASSWORD, lines.get('ours/a%3Ab/gw-1'))).toBe(true);
    expect(await isBrokerPassword(login?.password ?? '', lines.get('theirs/b/gw-1'))).toBe(true);
    expect(`${read('passwords')}${read('acl')}`).not.toMatch(/password of/);
  });

  test('a gateway that is removed is gone from both files; one of no site is not made', async () => {
    const store = new GatewayStore(database.db);
    const key = { tenantId: 'theirs', siteId: 'b', gatewayId: 'gw-1' };
    const remove = (): Promise<boolean> => store.remove(key, 4_000, 'ann@theirs.example');
    expect([await remove(), await remove()]).toEqual([true, false]);
    const trail = await database.db.selectFrom('audit_event').select(['what', 'subject_id']).orderBy('at_ms').execute();
    expect(trail.map((each) => `${each.what} ${each.subject_id}`)).toEqual([
      'GatewayLoginIssued b/gw-1',
      'GatewayRemoved b/gw-1',
      'GatewayRemoved b/gw-2',
    ]);
    await new BrokerAccess({ db: database.db, folder, central: CENTRAL }).write();
    expect(`${read('passwords')}${read('acl')}`).not.toContain('theirs');
    expect(await store.issueLogin({ ...key, siteId: 'nowhere' }, 1, 'ann')).toBeUndefined();
  });
});

test('no id can name a topic or a line of its own', () => {
  const key = { tenantId: 'a', siteId: 'b', gatewayId: 'c' };
  for (const bad of ['+', '#', 'x/y', 'x\ntopic readwrite #', '', '$SYS']) {
    expect(() => accessListText([{ ...key, gatewayId: bad }], []), bad).toThrow(RangeError);
    expect(() => accessListText([{ ...key, tenantId: bad }], []), bad).toThrow(RangeError);
  }
  expect(brokerUsername({ ...key, siteId: 'b:c' })).toBe('a/b%3Ac/c');
});

describe.runIf(needs('mosquitto'))('the password hash', () => {
  test("is Mosquitto's own: ours verifies what mosquitto_passwd wrote", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shelfwire-passwd-'));
    const file = join(folder, 'passwords');
    writeFileSync(file, '');
    execFileSync('mosquitto_passwd', ['-b', file, 'someone', 'their password']);
    const hash = readFileSync(file, 'utf8').trim().split(':')[1];
    await rm(folder, { recursive: true, force: true });
    expect(await isBrokerPassword('their password', hash)).toBe(true);
    expect(await isBrokerPassword('another password', hash)).toBe(false);
    expect(await isBrokerPassword('p', await hashBrokerPassword('p'))).toBe(true);
  });
});
