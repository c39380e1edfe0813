import { Inject, Injectable } from '@nestjs/common';
import type { ImportKind, ImportResult } from '@shelfwire/contract/api';

import { writeChange } from '../audit/write-change.ts';
import { resolvePolicies } from '../catalogue/resolve-policies.ts';
import { catalogueChanged } from '../catalogue/seed.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { Outside } from '../outbound/outside.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { valueOfCell } from './cells.ts';
import { readCsv } from './csv.ts';
import { IMPORT_KINDS, type Row } from './import-kinds.ts';
import { findProblems, type ImportProblem, type ReadRow } from './import-problems.ts';
import { writeRows } from './write-rows.ts';

const TOLD_MAX = 1_000;
const ROWS_MAX = 5_000;

export type ImportBody = string | { rows: readonly Row[] };
export type ImportAnswer = { ok: true; result: ImportResult } | { ok: false; problems: ImportProblem[] };

/** Ends a transaction that was only to show what it would do. */
class OnlyTried extends Error {
  constructor(readonly result: ImportResult) {
    super('dry run');
  }
}

/**
 * Adds and changes master data by the customer's own ids: all rows or none, and the same file twice changes nothing. What a
 * row does not say stays as it is. A dry run does everything and takes it back, so that what it says is what would be.
 */
@Injectable()
export class MasterDataImport {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly outside: Outside,
    private readonly touched: TouchedBins,
  ) {}

  async run(
    tenantId: string,
    kind: ImportKind,
    body: ImportBody,
    by: { email: string; dryRun: boolean },
  ): Promise<ImportAnswer> {
    const given = rowsOf(kind, body);
    if (!given.ok) return given;
    const nowMs = this.clock();
    const { email, dryRun } = by;
    try {
      const done = await withTenant(this.db, tenantId, async (tx) => {
        const before = new Map(
          (await IMPORT_KINDS[kind].read(tx, tenantId)).map((row) => [IMPORT_KINDS[kind].key(row), row]),
        );
        const found = await findProblems(tx, tenantId, kind, { rows: given.rows, before, outside: this.outside });
        if (!found.ok) return found;
        const outcomes = await writeRows(tx, tenantId, kind, found.rows, before, { nowMs, by: email });
        const changed = outcomes.filter(({ outcome }) => outcome !== 'unchanged');
        const result = resultOf(outcomes, dryRun);
        if (dryRun) throw new OnlyTried(result);
        const bins = await resolvePolicies(tx, tenantId, nowMs);
        if (changed.length > 0) {
          await catalogueChanged(tx, tenantId);
          const { rows, ...counts } = result;
          const trail = { tenantId, actor: email, what: 'import', id: kind, before: null, atMs: nowMs };
          await writeChange(tx, { ...trail, after: { ...counts, rows } });
        }
        return { ok: true as const, result, bins };
      });
      if (!done.ok) return done;
      for (const [siteId, ofSite] of Map.groupBy(done.bins, (bin) => bin.siteId)) {
        this.touched.touch(
          { tenantId, siteId },
          ofSite.map((bin) => bin.binId),
          'later',
        );
      }
      return { ok: true, result: done.result };
    } catch (error) {
      if (error instanceof OnlyTried) return { ok: true, result: error.result };
      throw error;
    }
  }
}

function resultOf(outcomes: Awaited<ReturnType<typeof writeRows>>, dryRun: boolean): ImportResult {
  const count = (outcome: string): number => outcomes.filter((each) => each.outcome === outcome).length;
  const rows = outcomes.flatMap((each) => (each.outcome === 'unchanged' ? [] : [{ ...each, outcome: each.outcome }]));
  return {
    dryRun,
    created: count('created'),
    changed: count('changed'),
    unchanged: count('unchanged'),
    rows: rows.slice(0, TOLD_MAX),
  };
}

function rowsOf(
  kind: ImportKind,
  body: ImportBody,
): { ok: true; rows: ReadRow[] } | { ok: false; problems: ImportProblem[] } {
  const refuse = (where: string, what: string) => ({ ok: false as const, problems: [{ where, what }] });
  if (typeof body !== 'string') {
    return { ok: true, rows: body.rows.map((values, index) => ({ line: index + 1, values })) };
  }
  const csv = readCsv(body);
  if (!csv.ok) return refuse(`line ${csv.line}`, csv.what);
  const known = IMPORT_KINDS[kind].columns;
  const unknown = csv.columns.find((column) => !known.includes(column));
  if (unknown !== undefined)
    return refuse(`line 1, ${unknown}`, `is no column of ${kind}; these are: ${known.join(', ')}`);
  if (csv.rows.length === 0 || csv.rows.length > ROWS_MAX) return refuse('line 2', `1 to ${ROWS_MAX} rows at once`);
  // An empty cell says nothing: what is there stays.
  const rows = csv.rows.map(({ line, cells }) => ({
    line,
    values: Object.fromEntries(
      Object.entries(cells).flatMap(([column, cell]) => (cell === '' ? [] : [[column, valueOfCell(column, cell)]])),
    ),
  }));
  return { ok: true, rows };
}
