import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { needs, PostgresServer } from '@shelfwire/test-servers';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { dashboards } from './dashboards/all.ts';
import { POSTGRESQL } from './data-sources.ts';
import { queryText } from './outline.ts';
import { expandSql } from './testing/expand.ts';
import { migratedDatabase } from './testing/migrated-database.ts';
import { sampleRecords } from './testing/sample-records.ts';

const SCRIPT = fileURLToPath(new URL('../postgres/tenant-reader.sql', import.meta.url));
/** Of Debian's postgresql-client, which comes with the server. */
const PSQL = '/usr/bin/psql';
const NOW_MS = Date.now();

describe.runIf(needs('postgres') && existsSync(PSQL))("an operator's database login", () => {
  let server: PostgresServer;
  let reader: Client;

  beforeAll(async () => {
    server = await PostgresServer.start();
    const url = server.createDatabase('shelfwire');
    const owner = await migratedDatabase(url);
    for (const statement of sampleRecords(NOW_MS)) await owner.query(statement);
    await owner.end();
    const variables = ['-v', 'tenant=demo', '-v', "password='secret'"];
    // Twice: it must be possible to run it again after an update.
    for (let run = 0; run < 2; run += 1) execFileSync(PSQL, [url, '-q', ...variables, '-f', SCRIPT], { stdio: 'pipe' });
    reader = new Client({ connectionString: url.replace('postgres@', 'grafana_demo:secret@') });
    await reader.connect();
  });
  afterAll(async () => {
    await reader?.end();
    await server?.close();
  });

  const readable = 'tenant site item bin stock_level sensor_state stock_movement purchase_order order_event'.split(' ');
  test.each(readable)('sees the rows of its tenant in %s, and only those', async (table) => {
    const { rows } = await reader.query<{ tenant_id: string }>(`select distinct tenant_id from ${table}`);
    expect(rows).toEqual([{ tenant_id: 'demo' }]);
  });

  test('cannot talk itself into another tenant', async () => {
    await reader.query(`set shelfwire.tenant = 'other'`);
    const { rows } = await reader.query('select distinct tenant_id from bin');
    expect(rows).toEqual([{ tenant_id: 'demo' }]);
    await expect(reader.query('set role shelfwire_tenant')).rejects.toThrow('permission denied');
  });

  test.each([
    'select api_token from supplier',
    'select password_hash from app_user',
    'select payload from message_outbox',
    'begin read write; delete from bin',
  ])('may not: %s', async (statement) => {
    await expect(reader.query(statement)).rejects.toThrow('permission denied');
    await reader.query('rollback');
  });

  test('is enough for every panel', async () => {
    const choices = { tenant: 'demo', bin: 'bin-1', site: ['plant-1'], item: ['screw', 'bolt'], device: ['scale-01'] };
    const range = { fromMs: NOW_MS - 6 * 3_600_000, toMs: NOW_MS };
    const targets = Object.values(dashboards()).flatMap((dashboard) =>
      (dashboard.panels ?? []).flatMap((panel) => ('targets' in panel ? (panel.targets ?? []) : [])),
    );
    const ofPostgresql = targets.filter(
      (target) => (target as { datasource?: { type?: string } }).datasource?.type === POSTGRESQL.type,
    );
    expect(ofPostgresql.length).toBeGreaterThan(20);
    for (const target of ofPostgresql) {
      const { rows } = await reader.query(expandSql(queryText(target), choices, range));
      expect(rows.length).toBeGreaterThan(0);
    }
  });
});
