import { sql } from 'kysely';

import { anyOf } from '../database/any-of.ts';
import type { Tx } from '../database/with-tenant.ts';
import type { Step } from './bin-state.ts';
import type { SiteAddress } from './site-memory.ts';

/** One side of a move that a person has announced and a sensor is to show. Below 0 it leaves. */
export interface ExpectedMove {
  moveId: string;
  binId: string;
  itemId: string;
  kind: 'TRANSFER' | 'RETURN';
  quantity: number;
  moved: number;
  atMs: number;
}

export interface SeenMove {
  move: ExpectedMove;
  change: number;
  /** Nothing more is expected on this side. */
  complete: boolean;
}

/** People type before they carry, or after. */
const BEFORE_MS = 30 * 60_000;
export const MOVE_SEEN_WITHIN_MS = 4 * 3_600_000;
const TOLERANCE_RATIO = 0.1;
/** A grab of a move is no smaller; what is smaller is somebody else's pick. */
const SMALLEST_GRAB_RATIO = 0.25;

/** How much a side may be off and still be the one announced: others take goods meanwhile, and scales weigh. */
export function toleranceOf(quantity: number, uncertainty: number): number {
  return Math.max(uncertainty, TOLERANCE_RATIO * Math.abs(quantity));
}

/**
 * The announced move that a step of this bin is a part of, the oldest first. Pure.
 * @returns undefined: then it is what it looks like, a consumption or a supply
 */
export function matchMove(
  step: { binId: string; itemId: string; change: number; uncertainty: number; atMs: number },
  expected: readonly ExpectedMove[],
): SeenMove | undefined {
  for (const move of expected) {
    if (move.binId !== step.binId || move.itemId !== step.itemId) continue;
    if (Math.sign(move.quantity) !== Math.sign(step.change)) continue;
    if (step.atMs < move.atMs - BEFORE_MS || step.atMs > move.atMs + MOVE_SEEN_WITHIN_MS) continue;
    const tolerance = toleranceOf(move.quantity, step.uncertainty);
    const remaining = Math.abs(move.quantity) - Math.abs(move.moved);
    const size = Math.abs(step.change);
    if (remaining <= tolerance || size > remaining + tolerance) continue;
    if (size < remaining - tolerance && size < SMALLEST_GRAB_RATIO * Math.abs(move.quantity)) continue;
    return { move, change: step.change, complete: remaining - size <= tolerance };
  }
  return undefined;
}

/** Gives the steps of one batch to the moves they are a part of, each step once. */
export class Moving {
  readonly seen: SeenMove[] = [];

  constructor(private readonly expected: ExpectedMove[]) {}

  match(step: Step, itemId: string): SeenMove | undefined {
    const { binId, uncertainty, atMs } = step.observation;
    const found = matchMove({ binId, itemId, change: step.change, uncertainty, atMs }, this.expected);
    if (!found) return undefined;
    const at = this.expected.indexOf(found.move);
    this.expected[at] = { ...found.move, moved: found.move.moved + found.change };
    this.seen.push(found);
    return found;
  }
}

/** Sides of these bins that sensors have not shown yet. */
export async function expectedMovesOf(tx: Tx, site: SiteAddress, binIds: readonly string[]): Promise<ExpectedMove[]> {
  if (binIds.length === 0) return [];
  return tx
    .selectFrom('announced_move')
    .select(['move_id as moveId', 'bin_id as binId', 'item_id as itemId', 'kind', 'quantity', 'moved'])
    .select('at_ms as atMs')
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .where('bin_id', '=', anyOf(binIds))
    .where('sensed', '=', true)
    .where('closed_at_ms', 'is', null)
    .orderBy('at_ms')
    .orderBy('move_id')
    .execute();
}

export async function writeSeenMoves(tx: Tx, site: SiteAddress, seen: readonly SeenMove[], nowMs: number) {
  if (seen.length === 0) return;
  await sql`
    update announced_move m
    set moved = m.moved + t.change, closed_at_ms = case when t.complete then ${nowMs}::bigint else m.closed_at_ms end
    from (select move_id, bin_id, sum(change)::bigint as change, bool_or(complete) as complete
          from unnest(${seen.map(({ move }) => move.moveId)}::uuid[], ${seen.map(({ move }) => move.binId)}::text[],
                      ${seen.map(({ change }) => change)}::bigint[], ${seen.map(({ complete }) => complete)}::boolean[])
            as u(move_id, bin_id, change, complete)
          group by move_id, bin_id) t
    where m.tenant_id = ${site.tenantId} and m.site_id = ${site.siteId} and m.move_id = t.move_id
      and m.bin_id = t.bin_id`.execute(tx);
}
