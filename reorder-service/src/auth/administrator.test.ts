import { createLogger } from '@shelfwire/contract/service';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openMigratedPglite } from '../database/migrated-database.ts';
import type { Db } from '../database/open-database.ts';
import { Administrator } from './administrator.ts';
import { Users } from './users.ts';

const PASSWORD = 'a password of the settings';
let db: Db;

beforeAll(async () => {
  db = await openMigratedPglite();
  const tenants = ['north', 'south'].map((id) => ({ tenant_id: id, name: id }));
  await db.insertInto('tenant').values(tenants).execute();
});
afterAll(async () => {
  await db.destroy();
});

async function startWith(adminEmail: string, adminTenant?: string): Promise<string | undefined> {
  const options = { jwtSecret: '', adminEmail, adminPassword: PASSWORD, adminTenant };
  const users = new Users(db);
  await new Administrator(
    { ...options, logger: createLogger('test', { level: 'silent' }) },
    db,
    users,
  ).onApplicationBootstrap();
  return (await users.findByEmail(adminEmail))?.tenantId;
}

test('the administrator is of the first tenant by its id, or of the one that the settings name, and stays there', async () => {
  expect(await startWith('first@example.com')).toBe('north');
  expect(await startWith('second@example.com', 'south')).toBe('south');
  expect(await startWith('second@example.com', 'south')).toBe('south');
  expect(await startWith('first@example.com')).toBe('north');
});

test('a tenant that is not there, or is not theirs, ends the start', async () => {
  await expect(startWith('third@example.com', 'west')).rejects.toMatchObject({ code: 'ADMIN_TENANT_UNKNOWN' });
  await expect(startWith('first@example.com', 'south')).rejects.toMatchObject({ code: 'ADMIN_TENANT_UNKNOWN' });
  expect(await new Users(db).findByEmail('third@example.com')).toBeUndefined();
});
