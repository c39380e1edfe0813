import { sql, type Transaction } from 'kysely';

import type { Db } from '../database/open-database.ts';
import type { Schema } from '../database/schema.ts';

interface Range {
  tenantId: string;
  gatewayId: string;
  outboxId: string;
  first: number;
  last: number;
}

const RUNS_PER_STEP = 5_000;
const STEPS_MAX = 20;

/**
 * Turns runs that are so old into ranges of sequences, merged with those beside them: an outbox without gaps is one row,
 * however many batches it sent. Repeats are recognised by them as before.
 * @returns how many runs were merged
 */
export async function mergeOldRuns(db: Db, beforeMs: number): Promise<number> {
  let merged = 0;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const runs = await db.transaction().execute((tx) => mergeSome(tx, beforeMs));
    merged += runs;
    if (runs < RUNS_PER_STEP) break;
  }
  return merged;
}

async function mergeSome(tx: Transaction<Schema>, beforeMs: number): Promise<number> {
  // Replicas merge one after the other: two ranges that touch must be one.
  await sql`select pg_advisory_xact_lock(hashtext('shelfwire/merge-old-runs'))`.execute(tx);
  const { rows: runs } = await sql<Range>`
    delete from applied_run where ctid = any(array(
      select ctid from applied_run where applied_at_ms < ${beforeMs} limit ${RUNS_PER_STEP}))
    returning tenant_id as "tenantId", gateway_id as "gatewayId", outbox_id as "outboxId", first_sequence as first,
              last_sequence as last`.execute(tx);
  if (runs.length === 0) return 0;
  const beside = await takeRangesBeside(tx, runs);
  const ranges = mergeRanges([...beside, ...runs]);
  await sql`
    insert into applied_range (tenant_id, gateway_id, outbox_id, first_sequence, last_sequence)
    select * from unnest(${ranges.map((each) => each.tenantId)}::text[], ${ranges.map((each) => each.gatewayId)}::text[],
                         ${ranges.map((each) => each.outboxId)}::text[], ${ranges.map((each) => each.first)}::bigint[],
                         ${ranges.map((each) => each.last)}::bigint[])`.execute(tx);
  return runs.length;
}

/** Ranges that touch one of these runs, taken out to be written again. */
async function takeRangesBeside(tx: Transaction<Schema>, runs: readonly Range[]): Promise<Range[]> {
  const { rows } = await sql<Range>`
    delete from applied_range a
    using unnest(${runs.map((run) => run.tenantId)}::text[], ${runs.map((run) => run.gatewayId)}::text[],
                 ${runs.map((run) => run.outboxId)}::text[], ${runs.map((run) => run.first)}::bigint[],
                 ${runs.map((run) => run.last)}::bigint[]) as r(tenant_id, gateway_id, outbox_id, first, last)
    where a.tenant_id = r.tenant_id and a.outbox_id = r.outbox_id and a.gateway_id = r.gateway_id
      and a.last_sequence >= r.first - 1 and a.first_sequence <= r.last + 1
    returning a.tenant_id as "tenantId", a.gateway_id as "gatewayId", a.outbox_id as "outboxId",
              a.first_sequence as first, a.last_sequence as last`.execute(tx);
  return rows;
}

/** Pure: ranges of one outbox that overlap or touch become one. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: Range[] = [];
  const outbox = ({ tenantId, gatewayId, outboxId }: Range): string => JSON.stringify([tenantId, gatewayId, outboxId]);
  for (const ofOutbox of Map.groupBy(ranges, outbox).values()) {
    let open: Range | undefined;
    for (const range of ofOutbox.toSorted((a, b) => a.first - b.first)) {
      if (open && range.first <= open.last + 1) open.last = Math.max(open.last, range.last);
      else merged.push((open = { ...range }));
    }
  }
  return merged;
}
