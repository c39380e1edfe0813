import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import { matchMove, type ExpectedMove, type SeenMove } from './announced-moves.ts';
import type { ObservationKey } from './bin-state.ts';
import type { SiteAddress } from './site-memory.ts';
import { writeMovements, type NewMovement } from './write-ledger.ts';

interface BookedStep extends ObservationKey {
  kind: 'CONSUMPTION' | 'UNEXPLAINED' | 'RETURN';
  change: number;
  revision: number;
  onHandAfter: number;
}

const BOOKED_WITHIN_MS = 30 * 60_000;
const STEPS_MAX = 100;

/**
 * A person tells of a move after the sensors have shown it: what was booked as consumption or as unexplained supply is
 * taken back and booked as what it was, by two further revisions of the same movement. The level stays.
 * @returns what of the move was found; the rest is still to come
 */
export async function reclassifyBooked(
  tx: Tx,
  site: SiteAddress,
  announced: ExpectedMove,
  nowMs: number,
): Promise<SeenMove[]> {
  const seen: SeenMove[] = [];
  const movements: NewMovement[] = [];
  let move = announced;
  for (const step of await bookedSteps(tx, site, announced)) {
    const { binId, itemId } = announced;
    const found = matchMove({ ...step, binId, itemId, uncertainty: 0 }, [move]);
    if (!found) continue;
    seen.push({ ...found, move: announced });
    move = { ...move, moved: move.moved + found.change };
    const { atMs, gatewayId, outboxId, sequence, onHandAfter } = step;
    const same = { binId, itemId, atMs, gatewayId, outboxId, sequence, onHandAfter };
    const evidence = { cause: 'reclassified', moveId: announced.moveId };
    movements.push({ ...same, kind: step.kind, change: -step.change, revision: step.revision + 1, evidence });
    movements.push({ ...same, kind: announced.kind, change: step.change, revision: step.revision + 2, evidence });
  }
  await writeMovements(tx, site, movements, nowMs);
  return seen;
}

/** Newest first; a movement that late readings have changed counts as they left it. */
async function bookedSteps(tx: Tx, site: SiteAddress, { binId, quantity, atMs }: ExpectedMove): Promise<BookedStep[]> {
  const kinds = quantity < 0 ? ['CONSUMPTION'] : ['UNEXPLAINED', 'RETURN'];
  const { rows } = await sql<BookedStep>`
    select at_ms as "atMs", gateway_id as "gatewayId", outbox_id as "outboxId", sequence, sum(change)::bigint as change,
           max(revision) as revision, (array_agg(kind order by revision desc))[1] as kind,
           (array_agg(on_hand_after order by revision desc))[1] as "onHandAfter"
    from stock_movement
    where tenant_id = ${site.tenantId} and site_id = ${site.siteId} and bin_id = ${binId}
      and at_ms >= ${atMs - BOOKED_WITHIN_MS}
    group by at_ms, gateway_id, outbox_id, sequence
    having sum(change) <> 0 and (array_agg(kind order by revision desc))[1] = any(${kinds}::text[])
    order by at_ms desc limit ${STEPS_MAX}`.execute(tx);
  return rows;
}
