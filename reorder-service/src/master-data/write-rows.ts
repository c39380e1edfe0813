import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import type { ImportKind, ImportResult } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import type { Catalogue } from '../catalogue/catalogue-file.ts';
import type { ScopedPolicy } from '../catalogue/scoped-policy.ts';
import { seedBins, seedItems, seedSites, seedSuppliers } from '../catalogue/seed.ts';
import { writePolicy } from '../catalogue/write-policy.ts';
import type { Tx } from '../database/with-tenant.ts';
import { tellCustomers } from '../events/event-outbox.ts';
import { IMPORT_KINDS, type Row } from './import-kinds.ts';
import type { CheckedRow } from './import-problems.ts';

type Told = ImportResult['rows'][number];
export type Outcome = Omit<Told, 'outcome'> & { outcome: Told['outcome'] | 'unchanged' };

/** Not shown to anybody, not even as a change. */
const SECRETS = ['apiToken'];

/** Writes checked rows and says what each of them did, by comparing what was there with what is there now. */
export async function writeRows(
  tx: Tx,
  tenantId: string,
  kind: ImportKind,
  rows: readonly CheckedRow[],
  before: ReadonlyMap<string, Row>,
  at: { nowMs: number; by: string },
): Promise<Outcome[]> {
  if (kind === 'policies') return writePolicies(tx, tenantId, rows, at);
  const { read, key: keyOf } = IMPORT_KINDS[kind];
  const parsed = rows.map((row) => row.parsed);
  if (kind === 'items') await seedItems(tx, parsed as Catalogue['items']);
  if (kind === 'suppliers') await seedSuppliers(tx, parsed as Catalogue['suppliers'], [], []);
  if (kind === 'prices') {
    const items = await IMPORT_KINDS.items.read(tx, tenantId);
    await seedSuppliers(tx, [], parsed as Catalogue['supplierItems'], items as unknown as Catalogue['items']);
  }
  if (kind === 'sites') await seedSites(tx, tenantId, parsed as Catalogue['tenants'][number]['sites']);
  if (kind === 'bins') await seedBins(tx, parsed as Catalogue['bins']);
  if (kind === 'locations') await writeLocations(tx, tenantId, parsed as Row[]);
  const after = new Map((await read(tx, tenantId)).map((row) => [keyOf(row), row]));
  return rows.map(({ line, key }) => {
    const changes = changesBetween(before.get(key) ?? {}, after.get(key) ?? {});
    const outcome = before.has(key) ? (changes.length > 0 ? 'changed' : 'unchanged') : 'created';
    return { line, id: key, outcome, changes };
  });
}

function changesBetween(before: Row, after: Row): Outcome['changes'] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((field) => {
    if (isDeepStrictEqual(before[field], after[field])) return [];
    const shown = (value: unknown): unknown =>
      SECRETS.includes(field) && value !== undefined ? '(secret)' : (value ?? null);
    return [{ field, before: shown(before[field]), after: shown(after[field]) }];
  });
}

async function writeLocations(tx: Tx, tenantId: string, rows: readonly Row[]): Promise<void> {
  await sql`
    insert into storage_location (tenant_id, site_id, location_id, name)
    select ${tenantId}, r->>'siteId', r->>'locationId', r->>'name' from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) r
    on conflict (tenant_id, site_id, location_id) do update set name = excluded.name`.execute(tx);
}

async function writePolicies(
  tx: Tx,
  tenantId: string,
  rows: readonly CheckedRow[],
  { nowMs, by }: { nowMs: number; by: string },
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { line, reason = 'import', parsed } of rows) {
    const { scope, policy, effectiveFromMs } = parsed as ScopedPolicy;
    const written = await writePolicy(tx, { tenantId, scope, policy, effectiveFromMs, reason }, { nowMs, by });
    const { policyId, version, changed } = written;
    const outcome = changed ? (version === 1 ? 'created' : 'changed') : 'unchanged';
    const changes = changed
      ? [{ field: 'policy', before: version === 1 ? null : `version ${version - 1}`, after: policy }]
      : [];
    outcomes.push({ line, id: policyId, outcome, changes });
    if (!changed) continue;
    const details = { policyId, version, scope, policy, effectiveFromMs: effectiveFromMs ?? nowMs, reason, by };
    const event = {
      schema: 'business/1',
      eventId: randomUUID(),
      name: 'policy.changed',
      atMs: nowMs,
      details,
    } as const;
    const siteId = 'siteId' in scope ? (scope.siteId ?? '') : '';
    await tellCustomers(tx, { tenantId, siteId }, [{ ...event, subject: `policies/${policyId}` }], nowMs);
  }
  return outcomes;
}
