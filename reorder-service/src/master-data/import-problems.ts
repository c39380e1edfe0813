import type { ImportKind } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import type { Outside } from '../outbound/outside.ts';
import { sensorsWithWhatIsKnown, wrongBins, type BinLine } from './import-bins.ts';
import { IMPORT_KINDS, type Row } from './import-kinds.ts';

/** `line 7, price`. */
export interface ImportProblem {
  where: string;
  what: string;
}

export interface ReadRow {
  line: number;
  values: Row;
}

/** A row as it will be, after what it does not say was filled in from what is there. */
export interface CheckedRow {
  line: number;
  key: string;
  reason: string | undefined;
  /** As the catalogue's schema gives it. */
  parsed: unknown;
}

interface Known {
  sites: ReadonlySet<string>;
  locations: ReadonlySet<string>;
  suppliers: ReadonlySet<string>;
  items: ReadonlySet<string>;
  weighed: ReadonlySet<string>;
  bins: ReadonlySet<string>;
}

/** Every problem of every row, or the rows as they will be. */
export async function findProblems(
  tx: Tx,
  tenantId: string,
  kind: ImportKind,
  given: { rows: readonly ReadRow[]; before: ReadonlyMap<string, Row>; outside: Outside },
): Promise<{ ok: true; rows: CheckedRow[] } | { ok: false; problems: ImportProblem[] }> {
  const { key: keyOf, schema, columns } = IMPORT_KINDS[kind];
  const known = await knownIds(tx, tenantId);
  const problems: ImportProblem[] = [];
  const lines = new Map<string, number>();
  const rows: CheckedRow[] = [];
  for (const { line, values } of given.rows) {
    const tell = (column: string, what: string): void => void problems.push({ where: `line ${line}, ${column}`, what });
    for (const column of Object.keys(values)) {
      if (!columns.includes(column)) tell(column, `is no column of ${kind}`);
    }
    const key = keyOf(values);
    const first = lines.get(key);
    if (first !== undefined) tell('id', `${key} stands in line ${first} already`);
    lines.set(key, first ?? line);
    const before = given.before.get(key);
    const { reason, ...merged } = mergedWith(before, values);
    const parsed = schema.safeParse({ ...merged, tenantId });
    for (const { path, message } of parsed.error?.issues ?? []) {
      tell(path.join('.') || 'row', message.endsWith('received undefined') ? 'is missing' : message);
    }
    for (const [column, what] of brokenReferences(kind, merged, known)) tell(column, what);
    if (kind === 'suppliers' && typeof values['endpoint'] === 'string' && values['endpoint'] !== before?.['endpoint']) {
      const refusal = given.outside.refusalOf(values['endpoint']);
      if (refusal !== undefined) tell('endpoint', refusal);
    }
    const { sensors } = values;
    if (kind === 'bins' && (sensors === null || (Array.isArray(sensors) && sensors.length === 0))) {
      tell('sensors', 'an import takes no sensors away');
    }
    if (parsed.success) {
      rows.push({ line, key, reason: typeof reason === 'string' ? reason : undefined, parsed: parsed.data });
    }
  }
  if (kind === 'bins') {
    const wrong = await wrongBins(tx, tenantId, rows as BinLine[], given.before);
    problems.push(...wrong.map(({ line, column, what }) => ({ where: `line ${line}, ${column}`, what })));
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, rows };
}

/** null clears. A price, price breaks and a weight of a pack are said instead of each other. */
function mergedWith(before: Row | undefined, values: Row): Row {
  const merged: Row = { ...before, ...values };
  if (values['price'] !== undefined) delete merged['priceBreaks'];
  if (values['priceBreaks'] !== undefined) delete merged['price'];
  if (values['packKg'] !== undefined) delete merged['packQuantity'];
  if (values['sensors'] !== undefined) merged['sensors'] = sensorsWithWhatIsKnown(before, values['sensors']);
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

function brokenReferences(kind: ImportKind, row: Row, known: Known): [string, string][] {
  const broken: [string, string][] = [];
  const check = (column: string, ids: ReadonlySet<string>, name = row[column]): void => {
    if (typeof name === 'string' && !ids.has(name)) broken.push([column, `there is no ${name}`]);
  };
  if (kind === 'locations' || kind === 'policies' || kind === 'bins') check('siteId', known.sites);
  if (kind === 'prices') check('supplierId', known.suppliers);
  if (kind === 'prices' || kind === 'policies' || kind === 'bins') check('itemId', known.items);
  const { siteId, binId, itemId, locationId } = row;
  if (kind === 'bins' && typeof siteId === 'string' && known.sites.has(siteId) && typeof locationId === 'string') {
    check('locationId', known.locations, `${siteId}/${locationId}`);
  }
  if (kind === 'policies' && typeof siteId === 'string' && typeof binId === 'string') {
    check('binId', known.bins, `${siteId}/${binId}`);
  }
  if (kind === 'prices' && row['packKg'] !== undefined && typeof itemId === 'string' && !known.weighed.has(itemId)) {
    broken.push(['packKg', 'needs the pieceGrams of the item']);
  }
  return broken;
}

async function knownIds(tx: Tx, tenantId: string): Promise<Known> {
  const { rows } = await sql<{ kind: string; id: string }>`
    select 'site' as kind, site_id as id from site where tenant_id = ${tenantId}
    union all select 'location', site_id || '/' || location_id from storage_location where tenant_id = ${tenantId}
    union all select 'supplier', supplier_id from supplier where tenant_id = ${tenantId}
    union all select 'item', item_id from item where tenant_id = ${tenantId}
    union all select 'weighed', item_id from item where tenant_id = ${tenantId} and piece_grams is not null
    union all select 'bin', site_id || '/' || bin_id from bin where tenant_id = ${tenantId}`.execute(tx);
  const of = (kind: string): Set<string> => new Set(rows.filter((row) => row.kind === kind).map((row) => row.id));
  return {
    sites: of('site'),
    locations: of('location'),
    suppliers: of('supplier'),
    items: of('item'),
    weighed: of('weighed'),
    bins: of('bin'),
  };
}
