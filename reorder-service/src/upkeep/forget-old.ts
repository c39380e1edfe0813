import { sql } from 'kysely';

import type { Db } from '../database/open-database.ts';
import { mergeOldRuns } from './merge-old-runs.ts';

/** Readings that are older than this are parked for a person: what came between them and now is not known any more. */
export const OBSERVATIONS_KEPT_MS = 35 * 86_400_000;
/** Sent orders stay in the outbox for so long, for a person who asks what was sent. */
const SENT_MESSAGES_KEPT_MS = 90 * 86_400_000;
/** What nobody has looked at for so long, nobody will. */
const PARKED_READINGS_KEPT_MS = 90 * 86_400_000;
/** A device that no bin knows says the same again and again: of each so many of the newest are kept. */
const PARKED_PER_DEVICE_MAX = 10_000;
const ROWS_PER_RUN = 5_000;

/**
 * Keeps the tables that grow with every batch bounded: of old runs only ranges of sequences stay, which is what makes
 * repeats harmless for ever. Movements, orders and their trail are never forgotten.
 * @returns how many rows were made smaller or removed
 */
export async function forgetOld(db: Db, nowMs: number): Promise<number> {
  const beforeMs = nowMs - OBSERVATIONS_KEPT_MS;
  const runs = await mergeOldRuns(db, beforeMs);
  const checkpoints = await forgetCheckpoints(db, beforeMs);
  const removed = await sql`
    delete from message_outbox where message_id in (
      select message_id from message_outbox where sent_at_ms < ${nowMs - SENT_MESSAGES_KEPT_MS} limit ${ROWS_PER_RUN})`.execute(
    db,
  );
  const parked = await sql`
    delete from parked_reading where parked_id in (
      select parked_id from parked_reading where parked_at_ms < ${nowMs - PARKED_READINGS_KEPT_MS}
      order by parked_at_ms limit ${ROWS_PER_RUN})`.execute(db);
  const overfull = await sql`
    delete from parked_reading where parked_id in (
      select parked_id from (
        select parked_id, row_number() over (partition by tenant_id, site_id, device_id order by parked_id desc) as place
        from parked_reading) parked
      where place > ${PARKED_PER_DEVICE_MAX})`.execute(db);
  return (
    Number(overfull.numAffectedRows ?? 0n) +
    runs +
    checkpoints +
    Number((parked.numAffectedRows ?? 0n) + (removed.numAffectedRows ?? 0n))
  );
}

/** Nothing is folded again from before what is kept, but the last state before it, where a replay may begin. */
async function forgetCheckpoints(db: Db, beforeMs: number): Promise<number> {
  const forgotten = await sql`
    delete from stock_checkpoint where ctid in (
      select c.ctid from stock_checkpoint c
      where c.at_ms < ${beforeMs} and exists (
        select from stock_checkpoint newer
        where newer.tenant_id = c.tenant_id and newer.site_id = c.site_id and newer.bin_id = c.bin_id
          and newer.at_ms > c.at_ms and newer.at_ms < ${beforeMs})
      limit ${ROWS_PER_RUN})`.execute(db);
  return Number(forgotten.numAffectedRows ?? 0n);
}
