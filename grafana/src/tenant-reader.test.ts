import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { needs, PostgresServer } from '@shelfwire/test-servers';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { POSTGRESQL } from './data-sources.ts';
import { allQueries } from './testing/all-queries.ts';
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
  let otherReader: Client;

  beforeAll(async () => {
    server = await PostgresServer.start();
    const url = server.createDatabase('shelfwire');
    const owner = await migratedDatabase(url);
    for (const statement of sampleRecords(NOW_MS)) await owner.query(statement);
    await owner.end();
    // Twice: it must be possible to run it again after an update.
    for (const tenant of ['demo', 'demo', 'other']) {
      const variables = ['-v', `tenant=${tenant}`, '-v', "password='secret'"];
      execFileSync(PSQL, [url, '-q', ...variables, '-f', SCRIPT], { stdio: 'pipe' });
    }
    reader = new Client({ connectionString: url.replace('postgres@', 'grafana_demo:secret@') });
    otherReader = new Client({ connectionString: url.replace('postgres@', 'grafana_other:secret@') });
    await Promise.all([reader.connect(), otherReader.connect()]);
  });
  afterAll(async () => {
    await Promise.all([reader?.end(), otherReader?.end()]);
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

  test('is enough for every panel, annotation, variable and alert, which show this tenant and no other', async () => {
    const choices = { tenant: 'demo', bin: 'bin-1', site: ['plant-1'], item: ['screw', 'bolt'], device: ['scale-01'] };
    const range = { fromMs: NOW_MS - 6 * 3_600_000, toMs: NOW_MS };
    const ofPostgresql = allQueries().filter(({ type }) => type === POSTGRESQL.type);
    expect(ofPostgresql.length).toBeGreaterThan(40);
    for (const { name, text } of ofPostgresql) {
      const { rows } = await reader.query<Record<string, unknown>>(expandSql(text, choices, range));
      expect([name, rows.length]).not.toEqual([name, 0]);
      expect([name, rows.filter(({ tenant }) => tenant !== undefined && tenant !== 'demo')]).toEqual([name, []]);
      // Chosen by hand or typed into the address: another tenant is empty.
      const foreign = await reader.query(expandSql(text, { ...choices, tenant: 'other' }, range));
      if (text.includes('$tenant')) expect([name, somebodys(foreign.rows)]).toEqual([name, []]);
    }
  });

  test('another tenant has a login of its own, which sees the other half', async () => {
    for (const table of readable) {
      const { rows } = await otherReader.query<{ tenant_id: string }>(`select distinct tenant_id from ${table}`);
      expect([table, rows]).toEqual([table, [{ tenant_id: 'other' }]]);
    }
    const { rows } = await otherReader.query(
      `select tenant_id from stock_level where tenant_id = 'demo' union all select tenant_id from bin where tenant_id = 'demo'`,
    );
    expect(rows).toEqual([]);
  });
});

/** Counts of nothing are 0, a share of nothing is 0 or 1; everything else would be somebody's. */
function somebodys(rows: readonly Record<string, unknown>[]): unknown[] {
  const values = rows.flatMap((row) => Object.values(row));
  return values.filter((value) => value !== null && ![0, 1].includes(Number(value)));
}
