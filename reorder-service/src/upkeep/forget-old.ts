import { sql } from 'kysely';

import type { Db } from '../database/open-database.ts';

/** Readings that come later than this are accounted as if nothing had come between them and what followed. */
export const OBSERVATIONS_KEPT_MS = 35 * 86_400_000;
/** Sent orders stay in the outbox for so long, for a person who asks what was sent. */
const SENT_MESSAGES_KEPT_MS = 90 * 86_400_000;
/** What nobody has looked at for so long, nobody will. */
const PARKED_READINGS_KEPT_MS = 90 * 86_400_000;
const ROWS_PER_RUN = 5_000;

/**
 * Keeps the tables that grow with every batch bounded: of old runs only the sequences stay, which is what makes repeats
 * harmless for ever. Movements, orders and their trail are never forgotten.
 * @returns how many rows were made smaller or removed
 */
export async function forgetOld(db: Db, nowMs: number): Promise<number> {
  const emptied = await sql`
    update applied_run set bin_ids = '{}', series = '{}', at_ms = '{}', sequences = '{}', quantities = '{}',
                           uncertainties = '{}', calibrations = '{}'
    where (tenant_id, outbox_id, gateway_id, last_sequence) in (
      select tenant_id, outbox_id, gateway_id, last_sequence from applied_run
      where applied_at_ms < ${nowMs - OBSERVATIONS_KEPT_MS} and bin_ids <> '{}' limit ${ROWS_PER_RUN})`.execute(db);
  const removed = await sql`
    delete from message_outbox where message_id in (
      select message_id from message_outbox where sent_at_ms < ${nowMs - SENT_MESSAGES_KEPT_MS} limit ${ROWS_PER_RUN})`.execute(
    db,
  );
  const parked = await sql`
    delete from parked_reading where parked_id in (
      select parked_id from parked_reading where parked_at_ms < ${nowMs - PARKED_READINGS_KEPT_MS}
      order by parked_at_ms limit ${ROWS_PER_RUN})`.execute(db);
  return Number((parked.numAffectedRows ?? 0n) + (emptied.numAffectedRows ?? 0n) + (removed.numAffectedRows ?? 0n));
}
