import { needsContainers, startPostgresContainer } from '@shelfwire/test-servers/containers';
import { describe, expect, test } from 'vitest';

import { parseCatalogue } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { migrateToLatest } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { withTenant } from './with-tenant.ts';

describe.runIf(needsContainers('postgres'))('PostgreSQL in a container', () => {
  test('is migrated by two replicas at once, takes the catalogue and keeps tenants apart', async () => {
    const { url, close } = await startPostgresContainer();
    const replicas = [openDatabase(url), openDatabase(url)] as const;
    try {
      const done = await Promise.all(replicas.map((db) => migrateToLatest(db)));
      expect(done.filter((names) => names.length > 0)).toHaveLength(1);
      const tenants = ['ours', 'theirs'].map((tenantId) => ({ tenantId, name: tenantId, sites: [] }));
      await seedCatalogue(replicas[0], parseCatalogue(JSON.stringify({ tenants }), 'catalogue.yaml'), 1);
      expect(
        await withTenant(replicas[1], 'ours', (tx) => tx.selectFrom('tenant').select('tenant_id').execute()),
      ).toEqual([{ tenant_id: 'ours' }]);
    } finally {
      await Promise.all(replicas.map((db) => db.destroy()));
      await close();
    }
  });
});
